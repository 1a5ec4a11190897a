import { fileURLToPath } from 'node:url';
import { freePort } from './free-port.js';
import { startRedis } from './redis.js';

const file = (name: string) => fileURLToPath(new URL(`tls/${name}`, import.meta.url));
/** Of a CA that no machine knows. It vouches for `localhost`, not for 127.0.0.1. */
export const caFile = file('ca.pem');
export const certificateFile = file('redis.pem');
export const keyFile = file('redis.key');
/** Settings of Redis and of Sentinel. */
export const tlsSettings = (port: number, asksClients = false) => [
  ['tls-port', `${port}`],
  ['tls-cert-file', certificateFile],
  ['tls-key-file', keyFile],
  ['tls-ca-cert-file', caFile],
  ['tls-auth-clients', asksClients ? 'yes' : 'no'],
];

/** A Redis that has TLS on a port of its own. `tlsUrl` is `rediss://localhost:…`. */
export async function startTlsRedis({ asksClients = false } = {}) {
  const tlsPort = await freePort();
  const args = tlsSettings(tlsPort, asksClients).flatMap(([name, value]) => [`--${name}`, value!]);
  const redis = await startRedis({ args });
  return Object.assign(redis, { tlsPort, tlsUrl: `rediss://localhost:${tlsPort}` });
}
