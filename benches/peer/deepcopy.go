package main

import (
	"slices"

	"k8s.io/apimachinery/pkg/runtime"
)

// By hand: for two kinds, controller-gen would be one more tool to build.

// DeepCopyObject is asked for by runtime.Object.
func (in *IdentityProviderConfig) DeepCopyObject() runtime.Object { return in.DeepCopy() }

// DeepCopy shares nothing with its receiver.
func (in *IdentityProviderConfig) DeepCopy() *IdentityProviderConfig {
	out := *in
	in.ObjectMeta.DeepCopyInto(&out.ObjectMeta)
	out.Spec = in.Spec.deepCopy()
	out.Status = in.Status.deepCopy()
	return &out
}

// DeepCopyObject is asked for by runtime.Object.
func (in *IdentityProviderConfigList) DeepCopyObject() runtime.Object {
	out := *in
	in.ListMeta.DeepCopyInto(&out.ListMeta)
	out.Items = make([]IdentityProviderConfig, len(in.Items))
	for i := range in.Items {
		out.Items[i] = *in.Items[i].DeepCopy()
	}
	return &out
}

func (in Spec) deepCopy() Spec {
	in.Cognigy.CABundle = in.Cognigy.CABundle.deepCopy()
	if in.OIDC != nil {
		oidc := *in.OIDC
		oidc.AdditionalScopes = slices.Clone(oidc.AdditionalScopes)
		oidc.CABundle = oidc.CABundle.deepCopy()
		in.OIDC = &oidc
	}
	return in
}

func (in *CABundle) deepCopy() *CABundle {
	if in == nil {
		return nil
	}
	out := *in
	if in.ConfigMapRef != nil {
		out.ConfigMapRef = new(*in.ConfigMapRef)
	}
	return &out
}

func (in Status) deepCopy() Status {
	// Conditions and what was applied hold no pointers but those of immutable times.
	in.Conditions = slices.Clone(in.Conditions)
	if in.Applied != nil {
		in.Applied = new(*in.Applied)
	}
	return in
}
