package main

import (
	"crypto/rand"
	"crypto/rsa"
	"fmt"
	"net/http"

	"github.com/go-jose/go-jose/v4"
	"github.com/zitadel/oidc/v3/pkg/op"
)

const (
	// modeDefault looks a code up before it looks at the client: a code that cannot exist is
	// answered alike whether the secret is right or wrong.
	modeDefault = "default"
	// modeServer authenticates the client first.
	modeServer = "server"
)

// newProvider joins the library with our storage.
func newProvider(issuer, mode string, clients *registry) (http.Handler, error) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return nil, err
	}
	config := &op.Config{
		CryptoKeyId:           "tokens",
		CodeMethodS256:        true,
		AuthMethodPost:        true,
		GrantTypeRefreshToken: true,
	}
	if _, err := rand.Read(config.CryptoKey[:]); err != nil {
		return nil, err
	}
	provider, err := op.NewProvider(config, &storage{clients: clients, key: key}, op.StaticIssuer(issuer))
	if err != nil {
		return nil, fmt.Errorf("issuer %s: %w", issuer, err)
	}
	switch mode {
	case modeDefault:
		return provider, nil
	case modeServer:
		server := op.NewLegacyServer(provider, *op.DefaultEndpoints)
		return op.RegisterLegacyServer(server, op.AuthorizeCallbackHandler(provider)), nil
	default:
		return nil, fmt.Errorf("mode %q: it is %s or %s", mode, modeDefault, modeServer)
	}
}

// signingKey is the provider's one key, with its private half.
type signingKey struct{ key *rsa.PrivateKey }

func (s signingKey) SignatureAlgorithm() jose.SignatureAlgorithm { return jose.RS256 }
func (s signingKey) Key() any                                    { return s.key }
func (s signingKey) ID() string                                  { return "signing" }

// publicKey is the same key as the JWKS shows it.
type publicKey struct{ key *rsa.PublicKey }

func (p publicKey) Algorithm() jose.SignatureAlgorithm { return jose.RS256 }
func (p publicKey) Key() any                           { return p.key }
func (p publicKey) ID() string                         { return "signing" }
func (p publicKey) Use() string                        { return "sig" }
