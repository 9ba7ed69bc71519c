// A real OpenID provider on the loopback interface: discovery, keys, client authentication and redirect
// checks are those of a certified library, while nobody can sign in.
//
// It prints one line of JSON on standard output once it answers, and ends on SIGTERM.
import { once } from 'node:events';
import { generateKeyPairSync } from 'node:crypto';
import { readFileSync } from 'node:fs';
import https from 'node:https';
import { parseArgs } from 'node:util';
import Provider from 'oidc-provider';

import { Control } from './control.js';
import { Registrations, storageFor } from './storage.js';

const { values: flags } = parseArgs({
  options: {
    port: { type: 'string', default: '0' },
    cert: { type: 'string' },
    key: { type: 'string' },
    issuer: { type: 'string' },
    clients: { type: 'string' },
  },
});

const registrations = new Registrations(JSON.parse(readFileSync(flags.clients, 'utf8')));
const control = new Control(registrations);
const server = https.createServer({ cert: readFileSync(flags.cert), key: readFileSync(flags.key) });
const port = await listen(server, Number(flags.port));
const controlServer = control.server();
const controlPort = await listen(controlServer, 0);
const issuer = flags.issuer ?? `https://localhost:${port}`;
const answer = newProvider(issuer).callback();

server.on('request', (request, response) => {
  if (control.outage) request.socket.destroy();
  else answer(request, response);
});
process.on('SIGTERM', () => process.exit(0));
console.log(JSON.stringify({ issuer, port, control: controlPort }));

async function listen(listener, wanted) {
  listener.listen(wanted, '127.0.0.1');
  await once(listener, 'listening');
  return listener.address().port;
}

function newProvider(url) {
  return new Provider(url, {
    adapter: storageFor(registrations),
    jwks: { keys: [signingKey('rsa', 'RS256'), signingKey('ec', 'ES256')] },
    cookies: { keys: [crypto.randomUUID()] },
    scopes: ['openid', 'offline_access', 'profile', 'email', 'groups'],
    claims: { profile: ['name'], email: ['email', 'email_verified'], groups: ['groups'] },
    pkce: { required: (_ctx, client) => registrations.requiresPkce(client.clientId) },
    features: { devInteractions: { enabled: false } },
    interactions: { url: () => '/nobody-can-sign-in' },
    findAccount: () => undefined,
  });
}

function signingKey(type, alg) {
  const { privateKey } = generateKeyPairSync(type, { modulusLength: 2048, namedCurve: 'P-256' });
  return { ...privateKey.export({ format: 'jwk' }), alg, use: 'sig', kid: alg };
}
