// Command saml-provider serves a real SAML identity provider on the loopback interface: metadata, signatures and
// the checks of a request are those of a library that others run, and it has no users who could sign in.
//
// It prints one line of JSON on standard output once it answers, and ends on SIGTERM.
package main

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"flag"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"
)

type options struct {
	cert    string
	key     string
	clients string
}

// ready is what a caller needs to use the provider.
type ready struct {
	Issuer  string `json:"issuer"`
	Port    int    `json:"port"`
	Control int    `json:"control"`
}

func main() {
	var o options
	flag.StringVar(&o.cert, "cert", "", "PEM file with the certificate chain for localhost")
	flag.StringVar(&o.key, "key", "", "PEM file with its private key")
	flag.StringVar(&o.clients, "clients", "", "JSON file: a list of entity_id, acs_url")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, os.Interrupt)
	defer stop()
	if err := serve(ctx, o); err != nil {
		fmt.Fprintln(os.Stderr, "saml-provider:", err)
		os.Exit(1)
	}
}

func serve(ctx context.Context, o options) error {
	store, err := loadClients(o.clients)
	if err != nil {
		return fmt.Errorf("reading the clients: %w", err)
	}
	certificate, err := tls.LoadX509KeyPair(o.cert, o.key)
	if err != nil {
		return fmt.Errorf("reading certificate and key: %w", err)
	}
	listener, port, err := listen()
	if err != nil {
		return err
	}
	controlListener, controlPort, err := listen()
	if err != nil {
		return err
	}
	provider, err := newProvider(fmt.Sprintf("localhost:%d", port), store)
	if err != nil {
		return err
	}
	public := &http.Server{
		Handler:           provider,
		TLSConfig:         &tls.Config{Certificates: []tls.Certificate{certificate}},
		ReadHeaderTimeout: 10 * time.Second,
	}
	private := &http.Server{Handler: provider.control(), ReadHeaderTimeout: 10 * time.Second}
	failed := make(chan error, 2)
	go func() { failed <- public.ServeTLS(listener, "", "") }()
	go func() { failed <- private.Serve(controlListener) }()
	if err := json.NewEncoder(os.Stdout).Encode(ready{provider.entityID(), port, controlPort}); err != nil {
		return err
	}
	select {
	case err := <-failed:
		return err
	case <-ctx.Done():
		return nil
	}
}

// listen binds a free port of the loopback interface.
func listen() (net.Listener, int, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, 0, err
	}
	return listener, listener.Addr().(*net.TCPAddr).Port, nil
}
