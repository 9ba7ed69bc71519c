package main

import (
	"context"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/types"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/builder"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller"
	"sigs.k8s.io/controller-runtime/pkg/handler"
	"sigs.k8s.io/controller-runtime/pkg/predicate"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"
)

// Indexes of the cache: which resources use a Secret or a ConfigMap.
const (
	bySecret    = "secrets"
	byConfigMap = "configMaps"
)

// workers is how many resources are reconciled at a time.
const workers = 16

func (r *reconciler) setUp(ctx context.Context, manager ctrl.Manager) error {
	indexer := manager.GetFieldIndexer()
	if err := indexer.IndexField(ctx, &IdentityProviderConfig{}, bySecret, secretsOf); err != nil {
		return err
	}
	if err := indexer.IndexField(ctx, &IdentityProviderConfig{}, byConfigMap, configMapsOf); err != nil {
		return err
	}
	return ctrl.NewControllerManagedBy(manager).
		// What this controller writes, finalizer and status, leaves the generation as it is; a deletion does not.
		For(&IdentityProviderConfig{}, builder.WithPredicates(predicate.GenerationChangedPredicate{})).
		Watches(&corev1.Secret{}, handler.EnqueueRequestsFromMapFunc(r.usersBy(bySecret))).
		Watches(&corev1.ConfigMap{}, handler.EnqueueRequestsFromMapFunc(r.usersBy(byConfigMap))).
		WithOptions(controller.Options{
			MaxConcurrentReconciles: workers,
			// A standby that becomes leader has its lists already.
			EnableWarmup: new(true),
		}).
		Complete(r)
}

func secretsOf(object client.Object) []string {
	spec := &object.(*IdentityProviderConfig).Spec
	names := []string{spec.Cognigy.APIKeySecretRef.Name}
	if spec.OIDC != nil {
		names = append(names, spec.OIDC.ClientSecretRef.Name)
	}
	return names
}

func configMapsOf(object client.Object) []string {
	spec := &object.(*IdentityProviderConfig).Spec
	bundles := []*CABundle{spec.Cognigy.CABundle}
	if spec.OIDC != nil {
		bundles = append(bundles, spec.OIDC.CABundle)
	}
	var names []string
	for _, bundle := range bundles {
		if bundle != nil && bundle.ConfigMapRef != nil {
			names = append(names, bundle.ConfigMapRef.Name)
		}
	}
	return names
}

// usersBy finds the resources that use an object, by one of the indexes.
func (r *reconciler) usersBy(index string) handler.MapFunc {
	return func(ctx context.Context, object client.Object) []reconcile.Request {
		var users IdentityProviderConfigList
		err := r.List(ctx, &users, client.InNamespace(object.GetNamespace()),
			client.MatchingFields{index: object.GetName()}, client.UnsafeDisableDeepCopy) // only names are read
		if err != nil {
			ctrl.LoggerFrom(ctx).Error(err, "Finding the resources that use an object", "index", index)
			return nil
		}
		requests := make([]reconcile.Request, len(users.Items))
		for i := range users.Items {
			user := &users.Items[i]
			requests[i].NamespacedName = types.NamespacedName{Namespace: user.Namespace, Name: user.Name}
		}
		return requests
	}
}
