import { readFileSync } from 'node:fs';
import type { ConnectionOptions } from 'node:tls';

/** Whom to trust behind TLS, in the words of redis-py: in the query of a `rediss://` URL, or beside an address. */
export interface TlsSettings {
  /** A file of the certificates that may vouch for Redis, instead of those that this machine trusts. */
  ssl_ca_certs?: string;
  /** Files by which Redis knows us, where it asks. */
  ssl_certfile?: string;
  ssl_keyfile?: string;
  ssl_password?: string;
  /** `none` (in code also null, for Python's `None`) takes whoever answers for Redis. */
  ssl_cert_reqs?: string | null;
  /** `false` takes a certificate for another name, too: what redis-py before version 6 does where it is not told. */
  ssl_check_hostname?: string | boolean;
}

const known: ReadonlySet<string> = new Set<keyof TlsSettings>([
  'ssl_ca_certs',
  'ssl_certfile',
  'ssl_keyfile',
  'ssl_password',
  'ssl_cert_reqs',
  'ssl_check_hostname',
]);

export const isTlsSetting = (name: string): name is keyof TlsSettings => name.startsWith('ssl_');

/** Reads the files. Throws a `TypeError` for a setting that would otherwise protect less than somebody believes. */
export function tlsOptions(settings: TlsSettings): ConnectionOptions {
  const unknown = Object.keys(settings).filter((name) => !known.has(name));
  if (unknown.length > 0)
    throw new TypeError(`Of TLS, ${[...known].join(', ')} can be set, not ${unknown.join(', ')}`);
  const { ssl_ca_certs: ca, ssl_certfile: cert, ssl_keyfile: key, ssl_password: passphrase } = settings;
  return {
    ...(ca && { ca: read('ssl_ca_certs', ca) }),
    ...(cert && { cert: read('ssl_certfile', cert) }),
    // As in Python: one file may hold both.
    ...(cert && { key: read('ssl_keyfile', key ?? cert) }),
    ...(passphrase && { passphrase }),
    ...(!asksForCertificate(settings.ssl_cert_reqs) && { rejectUnauthorized: false }),
    ...(!isOn(settings.ssl_check_hostname) && { checkServerIdentity: () => undefined }),
  };
}

function asksForCertificate(requirement: string | null = 'required'): boolean {
  if (requirement === null || requirement === 'none') return false;
  if (requirement === 'required' || requirement === 'optional') return true;
  throw new TypeError('ssl_cert_reqs is required, optional or none');
}

const isOn = (value: string | boolean = true) => !/^(false|f|no|n|0)$/i.test(String(value));

function read(name: string, path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    throw new TypeError(`${name} cannot be read: ${(error as Error).message}`, { cause: error });
  }
}
