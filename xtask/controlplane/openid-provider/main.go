// Command openid-provider serves a real OpenID provider on the loopback interface: discovery, keys,
// client authentication and redirect checks are those of a certified library, while nobody can sign in.
//
// It prints one line of JSON on standard output once it answers, and ends on SIGTERM.
package main

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"
)

type options struct {
	port    int
	cert    string
	key     string
	issuer  string
	clients string
	mode    string
}

// ready is what a caller needs to use the provider.
type ready struct {
	Issuer  string `json:"issuer"`
	Port    int    `json:"port"`
	Control int    `json:"control"`
}

func main() {
	options := parse()
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, os.Interrupt)
	defer stop()
	if err := serve(ctx, options); err != nil {
		fmt.Fprintln(os.Stderr, "openid-provider:", err)
		os.Exit(1)
	}
}

func parse() options {
	var o options
	flag.IntVar(&o.port, "port", 0, "port on 127.0.0.1; 0 takes a free one")
	flag.StringVar(&o.cert, "cert", "", "PEM file with the certificate chain for localhost")
	flag.StringVar(&o.key, "key", "", "PEM file with its private key")
	flag.StringVar(&o.issuer, "issuer", "", "issuer; https://localhost:PORT where none is given")
	flag.StringVar(&o.clients, "clients", "", "JSON file: a list of id, secret, auth_method, redirect_uris")
	flag.StringVar(&o.mode, "mode", modeDefault, "the library's way to answer: "+modeDefault+" or "+modeServer)
	flag.Parse()
	return o
}

func serve(ctx context.Context, o options) error {
	clients, err := loadClients(o.clients)
	if err != nil {
		return fmt.Errorf("reading the clients: %w", err)
	}
	certificate, err := tls.LoadX509KeyPair(o.cert, o.key)
	if err != nil {
		return fmt.Errorf("reading certificate and key: %w", err)
	}
	listener, port, err := listen(o.port)
	if err != nil {
		return err
	}
	controlListener, controlPort, err := listen(0)
	if err != nil {
		return err
	}
	if o.issuer == "" {
		o.issuer = fmt.Sprintf("https://localhost:%d", port)
	}
	provider, err := newProvider(o.issuer, o.mode, clients)
	if err != nil {
		return err
	}
	control := &control{clients: clients}
	public := &http.Server{
		Handler:           control.interrupt(provider),
		TLSConfig:         &tls.Config{Certificates: []tls.Certificate{certificate}},
		ReadHeaderTimeout: 10 * time.Second,
	}
	private := &http.Server{Handler: control.handler(), ReadHeaderTimeout: 10 * time.Second}
	failed := make(chan error, 2)
	go func() { failed <- public.ServeTLS(listener, "", "") }()
	go func() { failed <- private.Serve(controlListener) }()
	if err := announce(ready{o.issuer, port, controlPort}); err != nil {
		return err
	}
	return untilStopped(ctx, failed, public, private)
}

// listen binds the loopback interface alone, whatever the port.
func listen(port int) (net.Listener, int, error) {
	listener, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", port))
	if err != nil {
		return nil, 0, err
	}
	return listener, listener.Addr().(*net.TCPAddr).Port, nil
}

func announce(r ready) error {
	return json.NewEncoder(os.Stdout).Encode(r)
}

func untilStopped(ctx context.Context, failed <-chan error, servers ...*http.Server) error {
	select {
	case err := <-failed:
		return err
	case <-ctx.Done():
	}
	deadline, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	for _, server := range servers {
		if err := server.Shutdown(deadline); err != nil && !errors.Is(err, context.DeadlineExceeded) {
			slog.Warn("a server did not stop cleanly", "error", err)
		}
	}
	return nil
}
