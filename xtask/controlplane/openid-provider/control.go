package main

import (
	"encoding/json"
	"net/http"
	"sync/atomic"
)

// control changes the provider while it runs: POST /secret and POST /outage, both with a JSON body.
type control struct {
	clients *registry
	outage  atomic.Bool
}

func (c *control) handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /secret", c.setSecret)
	mux.HandleFunc("POST /outage", c.setOutage)
	return mux
}

func (c *control) setSecret(w http.ResponseWriter, r *http.Request) {
	var body struct {
		ClientID string `json:"client_id"`
		Secret   string `json:"secret"`
	}
	if err := json.NewDecoder(r.Body).Decode(&body); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	if err := c.clients.setSecret(body.ClientID, body.Secret); err != nil {
		http.Error(w, err.Error(), http.StatusNotFound)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

func (c *control) setOutage(w http.ResponseWriter, r *http.Request) {
	var body struct {
		On bool `json:"on"`
	}
	if err := json.NewDecoder(r.Body).Decode(&body); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	c.outage.Store(body.On)
	w.WriteHeader(http.StatusNoContent)
}

// interrupt cuts each connection without an answer while there is an outage.
func (c *control) interrupt(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if c.outage.Load() {
			panic(http.ErrAbortHandler)
		}
		next.ServeHTTP(w, r)
	})
}
