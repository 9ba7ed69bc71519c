package main

import (
	"crypto/x509"
	"log"
	"net/http"
	"net/url"
	"os"
	"sync"

	"github.com/crewjam/saml/samlidp"
)

// provider joins the library with certificates that change while it runs.
type provider struct {
	url   url.URL
	store samlidp.Store

	mu     sync.RWMutex
	signer signer
	// next is published and signs nothing yet.
	next   *signer
	server *samlidp.Server
}

func newProvider(host string, store samlidp.Store) (*provider, error) {
	first, err := newSigner()
	if err != nil {
		return nil, err
	}
	p := &provider{url: url.URL{Scheme: "https", Host: host}, store: store, signer: first}
	return p, p.renew()
}

func (p *provider) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	p.mu.RLock()
	server := p.server
	p.mu.RUnlock()
	server.ServeHTTP(w, r)
}

func (p *provider) entityID() string {
	return p.server.IDP.MetadataURL.String()
}

// control changes the provider while it runs: POST /announce and then POST /promote.
func (p *provider) control() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /announce", answering(p.announce))
	mux.HandleFunc("POST /promote", answering(p.promote))
	return mux
}

func answering(change func() error) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		if err := change(); err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		w.WriteHeader(http.StatusNoContent)
	}
}

// announce publishes a new certificate beside the one that signs.
func (p *provider) announce() error {
	next, err := newSigner()
	if err != nil {
		return err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.next = &next
	return p.renew()
}

// promote signs with the announced certificate, and publishes no other one.
func (p *provider) promote() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.next == nil {
		return errNothingAnnounced
	}
	p.signer, p.next = *p.next, nil
	return p.renew()
}

// renew puts a server with the present certificates in the place of the former one.
func (p *provider) renew() error {
	var extra []*x509.Certificate
	if p.next != nil {
		extra = append(extra, p.next.certificate)
	}
	server, err := samlidp.New(samlidp.Options{
		URL:               p.url,
		Signer:            p.signer.key,
		Certificate:       p.signer.certificate,
		ExtraCertificates: extra,
		Store:             p.store,
		// By itself it logs to the standard output, which nobody reads after the first line.
		Logger: log.New(os.Stderr, "", log.LstdFlags),
	})
	if err != nil {
		return err
	}
	server.IDP.SignMetadata = true
	p.server = server
	return nil
}
