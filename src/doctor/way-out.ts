/** What is said where a Sentinel answers instead of the Redis that it watches. */
export const isSentinel =
  'It is a Sentinel: the URL of what it watches is redis-sentinel://host:26379/<master>, with the name that is ' +
  'master_name in Django';

/** What keeps us from looking, by the words or the code of the fault, and what to do about it. */
const waysOut: readonly [fault: RegExp, advice: string][] = [
  [
    /^NOPERM/,
    "To look, the user needs ~* &* +@all -@write; our server needs the keys and channels that begin with Django's prefix or " +
      'with nchat: (~asgi* ~nchat:* &asgi* &nchat:* +@all -@admin)',
  ],
  [
    /self-signed certificate|unable to (get local issuer|verify the first) certificate/,
    'Name the CA that vouches for it at the end of the URL, as for redis-py: ?ssl_ca_certs=/path/to/ca.pem (or in ' +
      'NODE_EXTRA_CA_CERTS); ?ssl_cert_reqs=none trusts whoever answers, as "ssl_cert_reqs": None does in Django',
  ],
  [
    /does not match certificate's altnames/,
    'Call it by a name that its certificate has, or end the URL with ?ssl_check_hostname=false: redis-py before version ' +
      '6 does not compare names',
  ],
  [/certificate required|bad certificate/i, 'It asks for a certificate: ?ssl_certfile=…&ssl_keyfile=…'],
  [
    /No such master/,
    'A Sentinel answers, and watches no Redis of that name: what follows the last slash is master_name in Django',
  ],
  [/unknown command 'sentinel'/i, 'It is no Sentinel but a Redis: redis://'],
  [/Command timed out/, 'It takes connections, and answers nothing: it stands still, or it is no Redis'],
  [
    /sentinels are unreachable.*(NOAUTH|WRONGPASS|NOPERM)/,
    'The Sentinel asks for a password of its own, sentinel_kwargs in Django: ?sentinelPassword=… at the end of the URL',
  ],
  [
    /sentinels are unreachable/,
    'Is a Sentinel at that port, and does it speak TLS there (rediss-sentinel://)?',
  ],
  [/not allowed in cluster mode/, 'It is a cluster, which neither channels_redis nor we can use'],
  [/Unknown RESP type/, 'What answers there is no Redis'],
  [/wrong version number|packet length too long/, 'It does not speak TLS here: redis://'],
  // Redis waits for the end of what it takes for a command.
  [/ETIMEDOUT/, 'Is it this port, and does it speak TLS there (rediss://) or not (redis://)?'],
  [/ECONNRESET|connection was closed|Connection is closed/, 'If it speaks TLS: rediss://'],
];

/** The fault as it is, and where there is one, the way out. */
export function withWayOut(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const advice = waysOut.find(([fault]) => fault.test(error.message))?.[1];
  const message = error.message.replace(/^All sentinels .* Last error: /, 'No Sentinel told where it is: ');
  return advice
    ? new Error(`${message.replace(/\.( Please report this\.)?$/, '').trim()}. ${advice}`, { cause: error })
    : error;
}
