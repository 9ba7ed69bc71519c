// Command peer does the operator's job the ordinary way, in Go on controller-runtime: what the operator is measured against.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"time"

	"github.com/go-logr/logr"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/runtime"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/cache"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/healthz"
	"sigs.k8s.io/controller-runtime/pkg/metrics/server"
)

// Leader election with the timings that are controller-runtime's own: 15, 10 and 2 seconds.
const leaseName = "cognigy-sso-peer"

func main() {
	ctrl.SetLogger(logr.FromSlogHandler(slog.NewJSONHandler(os.Stderr, nil)))
	if err := run(ctrl.SetupSignalHandler()); err != nil {
		fmt.Fprintln(os.Stderr, "peer:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context) error {
	health := flag.String("health-address", ":8081", "where /healthz and /readyz are served; 0 turns them off")
	metrics := flag.String("metrics-address", ":8080", "where /metrics is served; 0 turns it off")
	elect := flag.Bool("leader-elect", true, "act only while holding a Lease")
	namespace := flag.String("lease-namespace", "", "namespace of the Lease; by default the one that this runs in")
	flag.Parse()

	manager, err := newManager(ctrl.Options{
		Metrics:                       server.Options{BindAddress: *metrics},
		HealthProbeBindAddress:        *health,
		LeaderElection:                *elect,
		LeaderElectionID:              leaseName,
		LeaderElectionNamespace:       *namespace,
		LeaderElectionReleaseOnCancel: true,
	})
	if err != nil {
		return err
	}
	if err := prepare(ctx, manager); err != nil {
		return err
	}
	return manager.Start(ctx)
}

func newManager(options ctrl.Options) (ctrl.Manager, error) {
	config, err := ctrl.GetConfig()
	if err != nil {
		return nil, err
	}
	// The API server's own priority and fairness limits are enough.
	config.QPS = -1
	options.Scheme = runtime.NewScheme()
	if err := corev1.AddToScheme(options.Scheme); err != nil {
		return nil, err
	}
	addToScheme(options.Scheme)
	// Managed fields are about half of what a small object takes.
	options.Cache.DefaultTransform = cache.TransformStripManagedFields()
	return ctrl.NewManager(config, options)
}

func prepare(ctx context.Context, manager ctrl.Manager) error {
	// All lists are begun at once then, and readiness waits for each of them.
	for _, kind := range []client.Object{&IdentityProviderConfig{}, &corev1.Secret{}, &corev1.ConfigMap{}} {
		if _, err := manager.GetCache().GetInformer(ctx, kind, cache.BlockUntilSynced(false)); err != nil {
			return err
		}
	}
	if err := (&reconciler{Client: manager.GetClient()}).setUp(ctx, manager); err != nil {
		return err
	}
	if err := manager.AddHealthzCheck("ping", healthz.Ping); err != nil {
		return err
	}
	return manager.AddReadyzCheck("caches", func(request *http.Request) error {
		ctx, cancel := context.WithTimeout(request.Context(), 100*time.Millisecond)
		defer cancel()
		if !manager.GetCache().WaitForCacheSync(ctx) {
			return errors.New("not every list is complete")
		}
		return nil
	})
}
