import { parseArgs } from 'node:util';
import { parseKeys } from '../channel-layer/encryption-keys.js';
import { reasonOf } from '../channel-layer/redis-address.js';
import { withoutSecrets } from '../channel-layer/redis-url.js';
import { advise } from './advise.js';
import { list } from './listed.js';
import { look } from './look.js';
import { report } from './report.js';

const usage = `npm run doctor -- --redis redis://host:6379[,redis://other:6379]

Looks at the Redis of a Django app, and says how to be in the same groups and what would break. It writes nothing.

  --redis <urls>     Django's hosts, in the same order; by default REDIS_URL
  --keys <keys>      Django's symmetric_encryption_keys, by commas or as a JSON list; by default CHANNEL_ENCRYPTION_KEYS
  --listen <seconds> how long to hear what is said, by default 3
  --json             for programs

It ends with 0 where nothing would break, 1 where something would, 2 where it could not look.`;

function keysOf(text: string): string[] {
  try {
    return parseKeys(text);
  } catch (error) {
    throw new TypeError(`--keys, or CHANNEL_ENCRYPTION_KEYS: ${reasonOf(error)}`, { cause: error });
  }
}

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      redis: { type: 'string', default: process.env.REDIS_URL ?? '' },
      keys: { type: 'string', default: process.env.CHANNEL_ENCRYPTION_KEYS ?? '' },
      listen: { type: 'string', default: '3' },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    console.log(usage);
    return 0;
  }
  const [urls, seconds] = [list(values.redis), Number(values.listen)];
  if (urls.length === 0) throw new TypeError(usage);
  if (!(seconds >= 0 && seconds <= 600)) throw new TypeError('--listen: must be seconds, 0 to 600');
  const keys = keysOf(values.keys);
  const sights = await Promise.all(
    urls.map((url) =>
      look(url, seconds * 1000).catch((error: unknown) => {
        throw new Error(`Redis ${withoutSecrets(url)}: ${reasonOf(error)}`);
      }),
    ),
  );
  const advice = advise(sights, keys, process.env);
  console.log(values.json ? JSON.stringify(advice, null, 2) : report(urls, sights, advice));
  return advice.problems.length > 0 ? 1 : 0;
}

try {
  process.exitCode = await main();
} catch (error) {
  console.error(reasonOf(error));
  process.exitCode = 2;
}
