package main

import (
	"context"
	"fmt"

	"github.com/fluxcd/pkg/apis/kustomize"
	"github.com/fluxcd/pkg/runtime/cel"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/cli-utils/pkg/kstatus/status"
)

func kstatus(object *unstructured.Unstructured) (string, error) {
	result, err := status.Compute(object)
	if err != nil {
		return "", fmt.Errorf("kstatus: %w", err)
	}
	return result.Status.String(), nil
}

// expressions are those of an entry of healthCheckExprs in a Kustomization of Flux.
type expressions = kustomize.HealthCheckExpressions

type flux struct {
	evaluator *cel.StatusEvaluator
}

func newFlux(asked *expressions) (*flux, error) {
	if asked == nil {
		return &flux{}, nil
	}
	evaluator, err := cel.NewStatusEvaluator(asked)
	if err != nil {
		return nil, fmt.Errorf("flux: %w", err)
	}
	return &flux{evaluator}, nil
}

func (f *flux) evaluate(object *unstructured.Unstructured) (string, error) {
	if f.evaluator == nil {
		return "", nil
	}
	result, err := f.evaluator.Evaluate(context.Background(), object)
	if err != nil {
		return "", fmt.Errorf("flux: %w", err)
	}
	return result.Status.String(), nil
}
