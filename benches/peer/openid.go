package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
)

// verifyIssuer reads what the provider publishes: its discovery document, which must be this issuer's, and its keys.
func verifyIssuer(ctx context.Context, client *http.Client, issuer string) error {
	var discovery struct {
		Issuer  string `json:"issuer"`
		JWKSURI string `json:"jwks_uri"`
	}
	url := strings.TrimSuffix(issuer, "/") + "/.well-known/openid-configuration"
	if err := fetch(ctx, client, url, &discovery); err != nil {
		return err
	}
	if discovery.Issuer != issuer {
		return fmt.Errorf("%s is of issuer %q, not %q", url, discovery.Issuer, issuer)
	}
	var keys struct {
		Keys []json.RawMessage `json:"keys"`
	}
	if err := fetch(ctx, client, discovery.JWKSURI, &keys); err != nil {
		return err
	}
	if len(keys.Keys) == 0 {
		return fmt.Errorf("%s holds no keys", discovery.JWKSURI)
	}
	return nil
}

func fetch(ctx context.Context, client *http.Client, url string, document any) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return err
	}
	request.Header.Set("Accept", "application/json")
	status, body, err := send(client, request)
	if err != nil {
		return err
	}
	if status != http.StatusOK {
		return fmt.Errorf("%s answered %d", url, status)
	}
	if err := json.Unmarshal(body, document); err != nil {
		return fmt.Errorf("%s: %w", url, err)
	}
	return nil
}
