package main

import (
	"crypto/subtle"
	"encoding/json"
	"errors"
	"os"
	"slices"
	"sync"
	"time"

	"github.com/zitadel/oidc/v3/pkg/oidc"
	"github.com/zitadel/oidc/v3/pkg/op"
)

var errUnknownClient = errors.New("unknown client")

// client is one registration, and what the library asks about it.
type client struct {
	ID        string          `json:"id"`
	Secret    string          `json:"secret"`
	Method    oidc.AuthMethod `json:"auth_method"`
	Redirects []string        `json:"redirect_uris"`
}

// registry holds the registrations; secrets change while it is in use.
type registry struct {
	mu      sync.RWMutex
	clients map[string]client
}

func loadClients(path string) (*registry, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var list []client
	if err := json.Unmarshal(text, &list); err != nil {
		return nil, err
	}
	clients := make(map[string]client, len(list))
	for _, c := range list {
		clients[c.ID] = c
	}
	return &registry{clients: clients}, nil
}

func (r *registry) find(id string) (client, error) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	c, known := r.clients[id]
	if !known {
		return client{}, errUnknownClient
	}
	return c, nil
}

func (r *registry) authenticate(id, secret string) error {
	c, err := r.find(id)
	if err != nil {
		return err
	}
	if subtle.ConstantTimeCompare([]byte(c.Secret), []byte(secret)) != 1 {
		return errors.New("wrong secret")
	}
	return nil
}

func (r *registry) setSecret(id, secret string) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	c, known := r.clients[id]
	if !known {
		return errUnknownClient
	}
	c.Secret = secret
	r.clients[id] = c
	return nil
}

func (c client) GetID() string                       { return c.ID }
func (c client) RedirectURIs() []string              { return c.Redirects }
func (c client) PostLogoutRedirectURIs() []string    { return nil }
func (c client) ApplicationType() op.ApplicationType { return op.ApplicationTypeWeb }
func (c client) AuthMethod() oidc.AuthMethod         { return c.Method }
func (c client) ResponseTypes() []oidc.ResponseType {
	return []oidc.ResponseType{oidc.ResponseTypeCode}
}
func (c client) LoginURL(string) string               { return "" }
func (c client) AccessTokenType() op.AccessTokenType  { return op.AccessTokenTypeBearer }
func (c client) IDTokenLifetime() time.Duration       { return time.Minute }
func (c client) DevMode() bool                        { return false }
func (c client) IDTokenUserinfoClaimsAssertion() bool { return false }
func (c client) ClockSkew() time.Duration             { return 0 }

func (c client) GrantTypes() []oidc.GrantType {
	return []oidc.GrantType{oidc.GrantTypeCode, oidc.GrantTypeRefreshToken}
}

func (c client) IsScopeAllowed(scope string) bool {
	return slices.Contains(op.DefaultSupportedScopes, scope)
}

func (c client) RestrictAdditionalIdTokenScopes() func([]string) []string {
	return func([]string) []string { return nil }
}

func (c client) RestrictAdditionalAccessTokenScopes() func([]string) []string {
	return func([]string) []string { return nil }
}
