package main

import (
	"encoding/json"
	"fmt"
	"os"

	"github.com/crewjam/saml"
	"github.com/crewjam/saml/samlidp"
)

// client is one service provider as it is registered.
type client struct {
	EntityID string `json:"entity_id"`
	ACSURL   string `json:"acs_url"`
}

// loadClients reads the file into the storage that the library asks.
func loadClients(path string) (samlidp.Store, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var list []client
	if err := json.Unmarshal(text, &list); err != nil {
		return nil, err
	}
	store := &samlidp.MemoryStore{}
	for index, c := range list {
		service := samlidp.Service{Name: c.EntityID, Metadata: c.metadata()}
		if err := store.Put(fmt.Sprintf("/services/%d", index), service); err != nil {
			return nil, err
		}
	}
	return store, nil
}

func (c client) metadata() saml.EntityDescriptor {
	answers := saml.IndexedEndpoint{Binding: saml.HTTPPostBinding, Location: c.ACSURL}
	descriptor := saml.SPSSODescriptor{AssertionConsumerServices: []saml.IndexedEndpoint{answers}}
	return saml.EntityDescriptor{EntityID: c.EntityID, SPSSODescriptors: []saml.SPSSODescriptor{descriptor}}
}
