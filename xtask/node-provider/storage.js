// Registrations that change while the provider runs, and the storage the library asks for.

/** The clients as read from the file: id, secret, auth_method, redirect_uris, require_pkce. */
export class Registrations {
  #clients;

  constructor(list) {
    this.#clients = new Map(list.map((client) => [client.id, client]));
  }

  /** The client in the words of OpenID Dynamic Client Registration, or undefined. */
  metadata(id) {
    const client = this.#clients.get(id);
    return client && {
      client_id: client.id,
      client_secret: client.secret,
      redirect_uris: client.redirect_uris,
      token_endpoint_auth_method: client.auth_method,
      response_types: ['code'],
      grant_types: ['authorization_code', 'refresh_token'],
    };
  }

  requiresPkce(id) {
    return this.#clients.get(id)?.require_pkce ?? false;
  }

  /** Whether there is such a client. */
  setSecret(id, secret) {
    const client = this.#clients.get(id);
    if (client) client.secret = secret;
    return client !== undefined;
  }
}

/** Clients come from the registrations, everything else is kept in memory. */
export function storageFor(registrations) {
  const clients = { find: async (id) => registrations.metadata(id) };
  return (model) => (model === 'Client' ? clients : new Memory());
}

class Memory {
  #entries = new Map();

  async upsert(id, payload) {
    this.#entries.set(id, payload);
  }

  async find(id) {
    return this.#entries.get(id);
  }

  async findByUid(uid) {
    return [...this.#entries.values()].find((entry) => entry.uid === uid);
  }

  async consume(id) {
    const entry = this.#entries.get(id);
    if (entry) entry.consumed = Math.floor(Date.now() / 1000);
  }

  async destroy(id) {
    this.#entries.delete(id);
  }

  async revokeByGrantId(grantId) {
    for (const [id, entry] of this.#entries) {
      if (entry.grantId === grantId) this.#entries.delete(id);
    }
  }
}
