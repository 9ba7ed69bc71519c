// Command gitops-health says what Argo CD, Flux and kstatus make of Kubernetes objects, each by the library that it is
// built on. It reads a question from standard input and writes the answer to standard output, both JSON.
package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	utiljson "k8s.io/apimachinery/pkg/util/json"
)

// question holds objects, and what is to be asked about each.
type question struct {
	// Objects as the API server gives them.
	Objects []json.RawMessage `json:"objects"`
	// Scripts are Lua, by name, as Argo CD runs them.
	Scripts map[string]string `json:"scripts"`
	// Expressions are CEL, as Flux runs them.
	Expressions *expressions `json:"expressions"`
}

// answer is about one object.
type answer struct {
	Kstatus string                     `json:"kstatus"`
	Flux    string                     `json:"flux,omitempty"`
	Scripts map[string]json.RawMessage `json:"scripts"`
}

func main() {
	if err := run(os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "gitops-health:", err)
		os.Exit(1)
	}
}

func run(input io.Reader, output io.Writer) error {
	var asked question
	if err := json.NewDecoder(input).Decode(&asked); err != nil {
		return fmt.Errorf("reading the question: %w", err)
	}
	flux, err := newFlux(asked.Expressions)
	if err != nil {
		return err
	}
	answers := make([]answer, 0, len(asked.Objects))
	for index, raw := range asked.Objects {
		given, err := about(raw, asked.Scripts, flux)
		if err != nil {
			return fmt.Errorf("object %d: %w", index, err)
		}
		answers = append(answers, given)
	}
	return json.NewEncoder(output).Encode(answers)
}

func about(raw json.RawMessage, scripts map[string]string, flux *flux) (answer, error) {
	// Whole numbers are int64 then, as they are in every client of the API server.
	var object unstructured.Unstructured
	if err := utiljson.Unmarshal(raw, &object.Object); err != nil {
		return answer{}, err
	}
	given := answer{Scripts: map[string]json.RawMessage{}}
	var err error
	if given.Kstatus, err = kstatus(&object); err != nil {
		return answer{}, err
	}
	if given.Flux, err = flux.evaluate(&object); err != nil {
		return answer{}, err
	}
	for name, script := range scripts {
		if given.Scripts[name], err = argo(&object, script); err != nil {
			return answer{}, fmt.Errorf("%s: %w", name, err)
		}
	}
	return given, nil
}
