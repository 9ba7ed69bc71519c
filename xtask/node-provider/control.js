// Changes the provider while it runs: POST /secret and POST /outage, both with a JSON body.
import http from 'node:http';
import { json } from 'node:stream/consumers';

export class Control {
  outage = false;

  #registrations;

  constructor(registrations) {
    this.#registrations = registrations;
  }

  server() {
    return http.createServer(async (request, response) => {
      response.statusCode = await this.#answer(request).catch(() => 400);
      response.end();
    });
  }

  async #answer(request) {
    if (request.method !== 'POST') return 405;
    const body = await json(request);
    switch (request.url) {
      case '/secret':
        return this.#registrations.setSecret(body.client_id, body.secret) ? 204 : 404;
      case '/outage':
        this.outage = body.on === true;
        return 204;
      default:
        return 404;
    }
  }
}
