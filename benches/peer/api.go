package main

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

// Names and values as the definition in crds has them.
const (
	finalizer     = "sso.cognigy.ai/reset"
	resetOnDelete = "Reset"
	readyType     = "Ready"
)

var groupVersion = schema.GroupVersion{Group: "sso.cognigy.ai", Version: "v1alpha1"}

// IdentityProviderConfig has those fields that this controller reads or writes. It writes by patches, so that the others stay.
type IdentityProviderConfig struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata,omitempty"`

	Spec   Spec   `json:"spec"`
	Status Status `json:"status,omitempty"`
}

// IdentityProviderConfigList is what the API server lists.
type IdentityProviderConfigList struct {
	metav1.TypeMeta `json:",inline"`
	metav1.ListMeta `json:"metadata,omitempty"`

	Items []IdentityProviderConfig `json:"items"`
}

// Spec is what is declared.
type Spec struct {
	Cognigy        CognigySpec     `json:"cognigy"`
	OIDC           *OIDCSpec       `json:"oidc,omitempty"`
	DeletionPolicy string          `json:"deletionPolicy,omitempty"`
	Interval       metav1.Duration `json:"interval,omitempty"`
}

// CognigySpec says how the organization is reached.
type CognigySpec struct {
	APIURL          string    `json:"apiUrl"`
	APIKeySecretRef KeyRef    `json:"apiKeySecretRef"`
	CABundle        *CABundle `json:"caBundle,omitempty"`
}

// OIDCSpec is the provider that people sign in through.
type OIDCSpec struct {
	Issuer                   string    `json:"issuer"`
	ClientID                 string    `json:"clientId"`
	ClientSecretRef          KeyRef    `json:"clientSecretRef"`
	AdditionalScopes         []string  `json:"additionalScopes,omitempty"`
	FrontChannelLogoutURL    string    `json:"frontChannelLogoutUrl,omitempty"`
	IDTokenSignedResponseAlg string    `json:"idTokenSignedResponseAlg,omitempty"`
	TokenEndpointAuthMethod  string    `json:"tokenEndpointAuthMethod,omitempty"`
	CABundle                 *CABundle `json:"caBundle,omitempty"`
}

// CABundle is where a private authority's certificates are.
type CABundle struct {
	ConfigMapRef *KeyRef `json:"configMapRef,omitempty"`
}

// KeyRef is a key of a Secret or ConfigMap in the namespace of the resource.
type KeyRef struct {
	Name string `json:"name"`
	Key  string `json:"key"`
}

// Status is what is reported.
type Status struct {
	ObservedGeneration int64              `json:"observedGeneration"`
	Conditions         []metav1.Condition `json:"conditions,omitempty"`
	Applied            *Applied           `json:"applied,omitempty"`
}

// Applied is the configuration that was sent last.
type Applied struct {
	Time        metav1.Time `json:"time"`
	Generation  int64       `json:"generation"`
	Fingerprint string      `json:"fingerprint"`
}

func addToScheme(scheme *runtime.Scheme) {
	scheme.AddKnownTypes(groupVersion, &IdentityProviderConfig{}, &IdentityProviderConfigList{})
	metav1.AddToGroupVersion(scheme, groupVersion)
}
