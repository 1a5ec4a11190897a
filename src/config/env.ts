import { z } from 'zod';
import { parseKeys } from '../channel-layer/encryption-keys.js';
import { parseUrl } from '../channel-layer/redis-url.js';
import { defaultLimits, isPrivateName, isRoomName } from '../protocol/index.js';

const Flag = z.enum(['on', 'off']).transform((value) => value === 'on');
const count = (fallback: number) => z.coerce.number().int().positive().default(fallback);
const List = z
  .string()
  .default('')
  .transform((text) =>
    text
      .split(',')
      .map((item) => item.trim())
      .filter(Boolean),
  );

/** What the reader throws is what is wrong. */
const understood = (read: (value: string) => unknown) => (value: string, context: z.core.$RefinementCtx) => {
  try {
    read(value);
  } catch (error) {
    context.addIssue((error as Error).message);
  }
};

const origin = (value: string) => URL.canParse(value) && new URL(value).origin === value;

/** `type` and `source` are not to be replaced, and no key of ours need be. */
const eventKey =
  /^(?!(?:type|source|message|username|room|id|seq|at)=)[A-Za-z]\w{0,63}=(?:message|username|room|id|seq|at)$/;

const Schema = z.object({
  NODE_ENV: z.enum(['development', 'production', 'test']).default('production'),
  PORT: z.coerce.number().int().min(0).max(65_535).default(3000),
  HOST: z.string().default('0.0.0.0'),
  /** Where given, `/metrics` and `/health` are answered there, to anybody who reaches it; 0 takes a free port. */
  ADMIN_PORT: z.coerce.number().int().min(0).max(65_535).optional(),
  ADMIN_HOST: z.string().default('127.0.0.1'),
  /** Where people reach us, where that is not what their request says. */
  PUBLIC_URL: z
    .string()
    .refine(
      (value) => origin(value) && !value.includes('*'),
      'must be an origin like https://chat.example.org, without a path',
    )
    .optional(),
  LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),

  DATABASE_URL: z
    .string()
    .regex(/^(sqlite:.+|postgres(ql)?:\/\/.+)$/, 'must be sqlite:<path> or postgres://…')
    .default('sqlite:./data/chat.db'),
  /** Connections to PostgreSQL that this process may hold. */
  DATABASE_POOL: count(10),
  /** With the files that it names. */
  REDIS_URL: z
    .string()
    .superRefine(understood((value) => value.split(',').map((host) => parseUrl(host.trim()))))
    .optional(),
  CHANNEL_LAYER: z.enum(['memory', 'redis-pubsub', 'redis']).optional(),
  CHANNEL_PREFIX: z
    .string()
    .regex(/^\P{C}{1,200}$/u, 'must be 1 to 200 characters that can be seen: whatever Django has')
    .default('asgi'),
  CHANNEL_CAPACITY: count(100),
  /** By a channel's name, the first glob that matches: `specific.*=1000,jobs=5`. */
  CHANNEL_CAPACITIES: List.refine(
    (pairs) => pairs.every((pair) => /^[^=\s]+=[1-9]\d{0,8}$/.test(pair)),
    'must be like specific.*=1000,jobs=5: globs of channel names, and how many messages each holds',
  ).transform((pairs) =>
    pairs.map(
      (pair) => [pair.split('=')[0]!, Number(pair.split('=')[1])] as [glob: string, capacity: number],
    ),
  ),
  /** Bytes; the core layer's alone. */
  CHANNEL_RANDOM_PREFIX_LENGTH: z.coerce.number().int().min(0).max(64).default(12),
  /** Seconds that a message may wait unread, and that a membership lasts. */
  CHANNEL_EXPIRY: count(60),
  GROUP_EXPIRY: count(86_400),
  /** The first encrypts, all decrypt. */
  CHANNEL_ENCRYPTION_KEYS: z.string().default('').superRefine(understood(parseKeys)).transform(parseKeys),
  CHANNEL_SERIALIZER: z.enum(['msgpack', 'json']).default('msgpack'),

  /** Which rooms are one with a Django app's: none, all public ones, or those named. */
  DJANGO_BRIDGE: List.transform((names): 'all' | string[] => {
    if (names.length === 1 && names[0] === 'on') return 'all';
    return names.length === 1 && names[0] === 'off' ? [] : names;
  }).refine(
    (rooms) => rooms === 'all' || rooms.every((room) => isRoomName(room) && !isPrivateName(room)),
    'must be on, off, or names of public rooms by commas',
  ),
  /** Event types of Django's consumers that carry what people say. The first is the one that we send. */
  DJANGO_EVENT_TYPES: List.transform((types) => (types.length > 0 ? types : ['chat.message'])).refine(
    (types) => types.every((type) => /^[A-Za-z][A-Za-z0-9._]{0,98}$/.test(type)),
    'must be event types like chat.message, by commas',
  ),
  /** What Django's consumers read besides: a key of theirs, and the one of ours that it repeats. */
  DJANGO_EVENT_KEYS: List.refine(
    (pairs) => pairs.every((pair) => eventKey.test(pair)),
    'must be like user=username,timestamp=at: keys of theirs, and which of message, username, room, id, seq, at each repeats',
  ).transform((pairs) => pairs.map((pair) => pair.split('=') as [theirs: string, ours: string])),

  AUTH_SECRET: z.string().min(32, 'must have at least 32 characters').optional(),
  GUESTS: Flag.prefault('on'),
  /** Days without a sign-in after which guests are removed who never wrote and never chose a name. */
  GUEST_DAYS: count(30),
  /** Hours between two removals of such guests, and of sign-ins that have ended. */
  CLEANUP_HOURS: z.coerce.number().int().min(1).max(500).default(24),
  /** Days that security events are kept; what is younger than 90 days nothing removes. */
  AUDIT_DAYS: z.coerce.number().int().min(90).max(3_650).default(400),
  /** Whether people may ask for a second factor when they sign in, and make keys for bots. */
  TWO_FACTOR: Flag.prefault('on'),
  API_KEYS: Flag.prefault('on'),
  /** Another service that signs people in: all but the name are needed together. */
  OIDC_ISSUER: z
    .url({ protocol: /^https?$/, error: 'must be an address like https://login.example.org' })
    .optional(),
  OIDC_CLIENT_ID: z.string().optional(),
  OIDC_CLIENT_SECRET: z.string().optional(),
  OIDC_NAME: z.string().max(40).default('single sign-on'),
  ROOMS: z.enum(['open', 'closed']).default('open'),
  ALLOWED_ORIGINS: List.refine(
    (list) => !list.some((item) => item.includes('*')),
    'has a wildcard, and origins are compared exactly: name each one, by commas',
  ).refine((list) => list.every(origin), 'must be origins like https://a.example, by commas'),
  /** Addresses or CIDR ranges of reverse proxies whose X-Forwarded-* headers count. */
  TRUSTED_PROXIES: List,

  RATE_LIMIT: Flag.prefault('on'),
  MAX_CONNECTIONS: count(20_000),
  /** Newcomers are refused while the event loop is later than this. */
  MAX_LOOP_LAG_MS: count(500),
  MAX_CONNECTIONS_PER_USER: count(20),
  MAX_CONNECTIONS_PER_ADDRESS: count(50),
  MAX_FRAME_BYTES: count(defaultLimits.frameBytes),
  MAX_TEXT_LENGTH: count(defaultLimits.textLength),
  SENDS_PER_SECOND: z.coerce.number().positive().default(defaultLimits.sendsPerSecond),
  SEND_BURST: count(defaultLimits.sendBurst),
  PING_INTERVAL_MS: count(25_000),
  PONG_TIMEOUT_MS: count(10_000),
  /** How long a message may take from its first byte to its last. */
  MESSAGE_TIMEOUT_MS: count(10_000),
  /** How often the sign-ins behind open sockets are looked up, for what other processes could not tell. */
  SESSION_CHECK_MS: count(30_000),
  /** After SIGTERM: how long the balancer gets to notice, and over how long clients are sent away. */
  DRAIN_DELAY_MS: z.coerce.number().int().min(0).default(2_000),
  DRAIN_WINDOW_MS: z.coerce.number().int().min(0).max(20_000).default(10_000),
});

/** The environment, parsed once. Injected by its class; nothing else reads `process.env`. */
export type Env = z.infer<typeof Schema>;
export const Env = Symbol('Env');

/** Every mistake in one message. */
export class ConfigError extends Error {}

export function parseEnv(source: Record<string, string | undefined>): Env {
  // An empty variable is an unset one: that is how compose files and unit files pass "nothing".
  const given = Object.fromEntries(Object.entries(source).filter(([, value]) => value !== ''));
  const result = Schema.safeParse(given);
  const together = contradictions(given);
  if (result.success && together.length === 0) return result.data;
  const alone = result.error?.issues.map((issue) => `  ${issue.path.join('.')}: ${issue.message}`) ?? [];
  const lines = [...alone, ...together];
  throw new ConfigError(`The configuration is wrong:\n${lines.join('\n')}`);
}

/** Of a character in UTF-8, where it is one UTF-16 unit; and what a request has around its text. */
const BYTES_PER_CHARACTER = 3;
const ENVELOPE_BYTES = 1_024;

/** What is wrong only together. */
function contradictions(given: Record<string, string | undefined>): string[] {
  const lines: string[] = [];
  if (given.CHANNEL_LAYER?.startsWith('redis') && !given.REDIS_URL)
    lines.push(`  CHANNEL_LAYER: ${given.CHANNEL_LAYER} needs REDIS_URL`);
  const bridged = given.DJANGO_BRIDGE && given.DJANGO_BRIDGE !== 'off';
  if (bridged && (!given.REDIS_URL || given.CHANNEL_LAYER === 'memory'))
    lines.push(
      "  DJANGO_BRIDGE: needs REDIS_URL, the Redis of the Django app, and one of channels_redis' layers",
    );
  if (given.ADMIN_PORT && given.ADMIN_PORT !== '0' && given.ADMIN_PORT === (given.PORT ?? '3000'))
    lines.push('  ADMIN_PORT: must not be PORT, which is public');
  if (given.DATABASE_URL?.startsWith('postgres') && !given.AUTH_SECRET)
    lines.push('  AUTH_SECRET: is required with PostgreSQL, where every process must share it');
  if (given.OIDC_ISSUER && !given.PUBLIC_URL)
    lines.push('  PUBLIC_URL: is needed with OIDC_ISSUER, which sends people back there');
  const text = Number(given.MAX_TEXT_LENGTH ?? defaultLimits.textLength);
  const frame = Number(given.MAX_FRAME_BYTES ?? defaultLimits.frameBytes);
  const needed = text * BYTES_PER_CHARACTER + ENVELOPE_BYTES;
  if (frame < needed)
    lines.push(
      `  MAX_FRAME_BYTES: must be at least ${needed} for a text of MAX_TEXT_LENGTH (${text}) characters`,
    );
  const oidc = ['OIDC_ISSUER', 'OIDC_CLIENT_ID', 'OIDC_CLIENT_SECRET'];
  if (oidc.some((name) => given[name]) && !oidc.every((name) => given[name]))
    lines.push(`  ${oidc.find((name) => !given[name])}: is needed where one of ${oidc.join(', ')} is given`);
  return lines;
}

/** What was given, and the default of everything else. */
export function resolveEnv(given: Partial<Env> = {}): Env {
  return { ...parseEnv({}), ...given };
}
