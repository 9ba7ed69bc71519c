package main

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net/http"
	"sync"
	"time"
)

const (
	callTimeout   = 30 * time.Second
	longestAnswer = 1 << 20
)

// clients holds one HTTP client for each CA bundle, by its PEM text, so that all resources that trust it share connections.
// Bundles change once in years: none is dropped again.
type clients struct {
	mutex sync.Mutex
	byPEM map[string]*http.Client
}

func (c *clients) trusting(pem string) (*http.Client, error) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	if client, ok := c.byPEM[pem]; ok {
		return client, nil
	}
	client, err := newClient(pem)
	if err != nil {
		return nil, err
	}
	if c.byPEM == nil {
		c.byPEM = map[string]*http.Client{}
	}
	c.byPEM[pem] = client
	return client, nil
}

func newClient(pem string) (*http.Client, error) {
	transport := http.DefaultTransport.(*http.Transport).Clone()
	// As many as there are workers; the default of 2 would close and open connections all the time.
	transport.MaxIdleConnsPerHost = workers
	if pem != "" {
		roots, err := x509.SystemCertPool()
		if err != nil {
			return nil, fmt.Errorf("reading the system's certificates: %w", err)
		}
		if !roots.AppendCertsFromPEM([]byte(pem)) {
			return nil, errors.New("the CA bundle holds no PEM certificate")
		}
		transport.TLSClientConfig = &tls.Config{RootCAs: roots}
	}
	return &http.Client{
		Transport: transport,
		Timeout:   callTimeout,
		// The API key would travel along.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}, nil
}

// send reads the whole answer, so that its connection can be used again.
func send(client *http.Client, request *http.Request) (status int, body []byte, err error) {
	response, err := client.Do(request)
	if err != nil {
		return 0, nil, err
	}
	defer response.Body.Close()
	body, err = io.ReadAll(io.LimitReader(response.Body, longestAnswer))
	if err != nil {
		return 0, nil, fmt.Errorf("%s %s: %w", request.Method, request.URL, err)
	}
	return response.StatusCode, body, nil
}
