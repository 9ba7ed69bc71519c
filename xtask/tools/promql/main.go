// Command promql tells what PromQL queries ask for, by Prometheus' own parser.
//
// It reads a JSON array of queries from standard input, and writes for each what is wrong with it, or the metrics and labels that it names.
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"slices"

	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/promql/parser"
)

// query is what one query asks for.
type query struct {
	// Fault is why it is no PromQL.
	Fault string `json:"fault,omitempty"`
	// Selectors are the series that it reads.
	Selectors []selector `json:"selectors"`
	// Groupings are the labels that it groups or joins by.
	Groupings []grouping `json:"groupings"`
}

// selector is one choice of series.
type selector struct {
	Metric   string    `json:"metric"`
	Matchers []matcher `json:"matchers"`
}

type matcher struct {
	Label string `json:"label"`
	Op    string `json:"op"`
	Value string `json:"value"`
}

// grouping is a list of labels, and the metrics that are expected to have them.
type grouping struct {
	Labels  []string `json:"labels"`
	Metrics []string `json:"metrics"`
}

func main() {
	var queries []string
	if err := json.NewDecoder(os.Stdin).Decode(&queries); err != nil {
		fmt.Fprintln(os.Stderr, "standard input is no JSON array of queries:", err)
		os.Exit(2)
	}
	answers := make([]query, len(queries))
	for i, text := range queries {
		answers[i] = read(text)
	}
	if err := json.NewEncoder(os.Stdout).Encode(answers); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func read(text string) query {
	answer := query{Selectors: []selector{}, Groupings: []grouping{}}
	expression, err := parser.NewParser(parser.Options{}).ParseExpr(text)
	if err != nil {
		answer.Fault = err.Error()
		return answer
	}
	parser.Inspect(expression, func(node parser.Node, _ []parser.Node) error {
		switch node := node.(type) {
		case *parser.VectorSelector:
			answer.Selectors = append(answer.Selectors, readSelector(node))
		case *parser.AggregateExpr:
			answer.add(node.Grouping, node)
		case *parser.BinaryExpr:
			if match := node.VectorMatching; match != nil {
				answer.add(slices.Concat(match.MatchingLabels, match.Include), node)
			}
		}
		return nil
	})
	return answer
}

func readSelector(node *parser.VectorSelector) selector {
	read := selector{Metric: node.Name, Matchers: []matcher{}}
	for _, one := range node.LabelMatchers {
		if one.Name == labels.MetricName {
			if one.Type == labels.MatchEqual {
				read.Metric = one.Value
			}
			continue
		}
		read.Matchers = append(read.Matchers, matcher{Label: one.Name, Op: one.Type.String(), Value: one.Value})
	}
	return read
}

func (answer *query) add(names []string, node parser.Node) {
	if len(names) == 0 {
		return
	}
	metrics := []string{}
	parser.Inspect(node, func(node parser.Node, _ []parser.Node) error {
		if read, ok := node.(*parser.VectorSelector); ok {
			metrics = append(metrics, readSelector(read).Metric)
		}
		return nil
	})
	answer.Groupings = append(answer.Groupings, grouping{Labels: names, Metrics: metrics})
}
