package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
)

// cognigy is the Cognigy.AI REST API as one resource reaches it.
type cognigy struct {
	client *http.Client
	url    string
	apiKey string
}

// configuration is the body of POST /v2.0/identityprovider/configure.
type configuration struct {
	Type                     string `json:"idpType"`
	Issuer                   string `json:"idpIssuer"`
	ClientID                 string `json:"idpClientId"`
	ClientSecret             string `json:"idpClientSecret"`
	AdditionalScope          string `json:"idpAdditionalScope,omitempty"`
	FrontChannelLogoutURL    string `json:"idpFrontChannelLogoutUrl,omitempty"`
	IDTokenSignedResponseAlg string `json:"idpIdTokenSignedResponseAlg"`
	TokenEndpointAuthMethod  string `json:"idpTokenEndpointAuthMethod"`
}

func configurationOf(oidc *OIDCSpec, clientSecret string) ([]byte, error) {
	return json.Marshal(configuration{
		Type:                     "oidc",
		Issuer:                   oidc.Issuer,
		ClientID:                 oidc.ClientID,
		ClientSecret:             clientSecret,
		AdditionalScope:          strings.Join(oidc.AdditionalScopes, " "),
		FrontChannelLogoutURL:    oidc.FrontChannelLogoutURL,
		IDTokenSignedResponseAlg: oidc.IDTokenSignedResponseAlg,
		TokenEndpointAuthMethod:  oidc.TokenEndpointAuthMethod,
	})
}

// fingerprint tells one configuration of one organization from another.
func (c *cognigy) fingerprint(organization string, body []byte) string {
	hash := sha256.New()
	fmt.Fprintf(hash, "%s\n%s\n%s", c.url, organization, body)
	return hex.EncodeToString(hash.Sum(nil))
}

// organization asks whose the API key is.
func (c *cognigy) organization(ctx context.Context) (string, error) {
	status, answer, err := c.call(ctx, http.MethodGet, "/v2.0/users/me", nil)
	if err != nil {
		return "", err
	}
	if status != http.StatusOK {
		return "", fmt.Errorf("users/me answered %d", status)
	}
	var user struct {
		Organisation string `json:"organisation"`
	}
	if err := json.Unmarshal(answer, &user); err != nil {
		return "", fmt.Errorf("users/me answered no user: %w", err)
	}
	if user.Organisation == "" {
		return "", errors.New("users/me names no organization")
	}
	return user.Organisation, nil
}

// configure applies a configuration. An organization that has one refuses another until it is reset.
func (c *cognigy) configure(ctx context.Context, body []byte) error {
	status, _, err := c.call(ctx, http.MethodPost, "/v2.0/identityprovider/configure", body)
	if err == nil && status == http.StatusConflict {
		if err := c.reset(ctx); err != nil {
			return err
		}
		status, _, err = c.call(ctx, http.MethodPost, "/v2.0/identityprovider/configure", body)
	}
	if err != nil {
		return err
	}
	return succeeded("configure", status)
}

// reset takes the configuration away. Where there is none, nothing is left to do.
func (c *cognigy) reset(ctx context.Context) error {
	status, _, err := c.call(ctx, http.MethodPost, "/v2.0/identityprovider/reset", nil)
	if err != nil {
		return err
	}
	if status == http.StatusNotFound {
		return nil
	}
	return succeeded("reset", status)
}

// succeeded repeats nothing of the answer's body: it may hold what was sent.
func succeeded(call string, status int) error {
	if status < 200 || status >= 300 {
		return fmt.Errorf("%s answered %d", call, status)
	}
	return nil
}

func (c *cognigy) call(ctx context.Context, method, path string, body []byte) (int, []byte, error) {
	request, err := http.NewRequestWithContext(ctx, method, c.url+path, bytes.NewReader(body))
	if err != nil {
		return 0, nil, err
	}
	request.Header.Set("X-API-Key", c.apiKey)
	request.Header.Set("Accept", "application/json")
	if body != nil {
		request.Header.Set("Content-Type", "application/json")
	}
	return send(c.client, request)
}
