package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/equality"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller/controllerutil"
)

// reconciler brings organizations to what resources declare. Its client reads from the cache.
type reconciler struct {
	client.Client
	clients clients
}

// Reconcile is called for one resource at a time by each worker.
func (r *reconciler) Reconcile(ctx context.Context, request ctrl.Request) (ctrl.Result, error) {
	var resource IdentityProviderConfig
	if err := r.Get(ctx, request.NamespacedName, &resource); err != nil {
		return ctrl.Result{}, client.IgnoreNotFound(err)
	}
	if !resource.DeletionTimestamp.IsZero() {
		return ctrl.Result{}, r.finalize(ctx, &resource)
	}
	// SAML is left out.
	if resource.Spec.OIDC == nil {
		return ctrl.Result{}, nil
	}
	if err := r.addFinalizer(ctx, &resource); err != nil {
		return ctrl.Result{}, err
	}
	before := resource.DeepCopy()
	err := r.apply(ctx, &resource)
	report(&resource, err)
	if err := errors.Join(err, r.writeStatus(ctx, before, &resource)); err != nil {
		return ctrl.Result{}, err
	}
	return ctrl.Result{RequeueAfter: resource.Spec.Interval.Duration}, nil
}

// addFinalizer is a write of its own, before anything is changed outside: else a resource deleted meanwhile would leave it there.
func (r *reconciler) addFinalizer(ctx context.Context, resource *IdentityProviderConfig) error {
	before := resource.DeepCopy()
	if !controllerutil.AddFinalizer(resource, finalizer) {
		return nil
	}
	// A list is replaced as a whole: not when somebody else has changed it.
	return r.Patch(ctx, resource, client.MergeFromWithOptions(before, client.MergeFromWithOptimisticLock{}))
}

// apply checks both sides, then sees to it that the organization is configured.
func (r *reconciler) apply(ctx context.Context, resource *IdentityProviderConfig) error {
	oidc := resource.Spec.OIDC
	cognigy, err := r.cognigyOf(ctx, resource)
	if err != nil {
		return err
	}
	clientSecret, err := r.secretValue(ctx, resource.Namespace, oidc.ClientSecretRef)
	if err != nil {
		return err
	}
	provider, err := r.clientFor(ctx, resource.Namespace, oidc.CABundle)
	if err != nil {
		return err
	}
	organization, err := cognigy.organization(ctx)
	if err != nil {
		return err
	}
	if err := verifyIssuer(ctx, provider, oidc.Issuer); err != nil {
		return err
	}
	return cognigy.configureOnce(ctx, resource, organization, clientSecret)
}

// configureOnce sends nothing where the same was sent before.
func (c *cognigy) configureOnce(ctx context.Context, resource *IdentityProviderConfig, organization, secret string) error {
	body, err := configurationOf(resource.Spec.OIDC, secret)
	if err != nil {
		return err
	}
	fingerprint := c.fingerprint(organization, body)
	if applied := resource.Status.Applied; applied != nil && applied.Fingerprint == fingerprint {
		return nil
	}
	if err := c.configure(ctx, body); err != nil {
		return err
	}
	resource.Status.Applied = &Applied{Time: metav1.Now(), Generation: resource.Generation, Fingerprint: fingerprint}
	return nil
}

func (r *reconciler) finalize(ctx context.Context, resource *IdentityProviderConfig) error {
	if !controllerutil.ContainsFinalizer(resource, finalizer) {
		return nil
	}
	if resource.Spec.DeletionPolicy == resetOnDelete && resource.Status.Applied != nil {
		cognigy, err := r.cognigyOf(ctx, resource)
		if err != nil {
			return err
		}
		if err := cognigy.reset(ctx); err != nil {
			return err
		}
	}
	before := resource.DeepCopy()
	controllerutil.RemoveFinalizer(resource, finalizer)
	patch := client.MergeFromWithOptions(before, client.MergeFromWithOptimisticLock{})
	return client.IgnoreNotFound(r.Patch(ctx, resource, patch))
}

func report(resource *IdentityProviderConfig, err error) {
	condition := metav1.Condition{
		Type:               readyType,
		Status:             metav1.ConditionTrue,
		ObservedGeneration: resource.Generation,
		Reason:             "Ready",
		Message:            "The declared configuration is in force.",
	}
	if err != nil {
		condition.Status, condition.Reason, condition.Message = metav1.ConditionFalse, "Failed", err.Error()
	}
	meta.SetStatusCondition(&resource.Status.Conditions, condition)
	resource.Status.ObservedGeneration = resource.Generation
}

// writeStatus writes only what has changed, so that a check that finds nothing new costs no write.
func (r *reconciler) writeStatus(ctx context.Context, before, resource *IdentityProviderConfig) error {
	if equality.Semantic.DeepEqual(before.Status, resource.Status) {
		return nil
	}
	return r.Status().Patch(ctx, resource, client.MergeFrom(before))
}

func (r *reconciler) cognigyOf(ctx context.Context, resource *IdentityProviderConfig) (*cognigy, error) {
	spec := &resource.Spec.Cognigy
	apiKey, err := r.secretValue(ctx, resource.Namespace, spec.APIKeySecretRef)
	if err != nil {
		return nil, err
	}
	client, err := r.clientFor(ctx, resource.Namespace, spec.CABundle)
	if err != nil {
		return nil, err
	}
	return &cognigy{client: client, url: strings.TrimSuffix(spec.APIURL, "/"), apiKey: apiKey}, nil
}

func (r *reconciler) secretValue(ctx context.Context, namespace string, ref KeyRef) (string, error) {
	var secret corev1.Secret
	if err := r.Get(ctx, client.ObjectKey{Namespace: namespace, Name: ref.Name}, &secret); err != nil {
		return "", err
	}
	value, ok := secret.Data[ref.Key]
	if !ok {
		return "", fmt.Errorf("Secret %s has no key %s", ref.Name, ref.Key)
	}
	return string(value), nil
}

func (r *reconciler) clientFor(ctx context.Context, namespace string, bundle *CABundle) (*http.Client, error) {
	if bundle == nil {
		return r.clients.trusting("")
	}
	if bundle.ConfigMapRef == nil {
		return nil, errors.New("a CA bundle is read from a ConfigMap only: set caBundle.configMapRef")
	}
	var configMap corev1.ConfigMap
	ref := bundle.ConfigMapRef
	if err := r.Get(ctx, client.ObjectKey{Namespace: namespace, Name: ref.Name}, &configMap); err != nil {
		return nil, err
	}
	pem, ok := configMap.Data[ref.Key]
	if !ok {
		return nil, fmt.Errorf("ConfigMap %s has no key %s", ref.Name, ref.Key)
	}
	return r.clients.trusting(pem)
}
