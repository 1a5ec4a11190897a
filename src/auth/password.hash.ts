import { argon2, randomBytes, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import { ChatError } from '../protocol/index.js';

/** OWASP's first recommendation: some 34 ms of one core. Memory in KiB. */
const COST = { memory: 19_456, passes: 2, parallelism: 1 };
const SALT_BYTES = 16;
const TAG_BYTES = 32;
const HASH =
  /^\$argon2id\$v=19\$m=(\d{1,7}),t=(\d{1,2}),p=(\d{1,2})\$([A-Za-z0-9+/]{11,86})\$([A-Za-z0-9+/]{22,86})$/;

/** What a hash may cost: what somebody wrote into the database must not stop the server. */
const DEAREST = { memory: 262_144, passes: 10, parallelism: 8 };

const derive = promisify(argon2);

/** `$argon2id$…`, as every other implementation writes and reads it. The password's exact bytes count. */
export class PasswordHashes {
  private running = 0;
  private readonly waiting: (() => void)[] = [];

  /** So many at once, and so many that wait; the next one is refused: whoever floods us must not fill the memory. */
  constructor(
    private readonly atOnce = 2,
    private readonly queue = 50,
  ) {}

  /** Rejects with `ChatError('busy')` where too many wait. */
  async hash(password: string): Promise<string> {
    const salt = randomBytes(SALT_BYTES);
    const tag = await this.run(password, salt, TAG_BYTES, COST);
    const { memory, passes, parallelism } = COST;
    return `$argon2id$v=19$m=${memory},t=${passes},p=${parallelism}$${base64(salt)}$${base64(tag)}`;
  }

  async verify(hash: string, password: string): Promise<boolean> {
    const parsed = parse(hash);
    if (!parsed) return false;
    const tag = await this.run(password, parsed.salt, parsed.tag.length, parsed.cost);
    return timingSafeEqual(tag, parsed.tag);
  }

  /** Made by weaker rules than today's: to be made anew while the password is at hand. */
  isOld(hash: string): boolean {
    const cost = parse(hash)?.cost;
    return !cost || cost.memory < COST.memory || cost.passes < COST.passes;
  }

  private async run(password: string, nonce: Buffer, tagLength: number, cost: typeof COST): Promise<Buffer> {
    await this.enter();
    try {
      return await derive('argon2id', { message: Buffer.from(password), nonce, tagLength, ...cost });
    } finally {
      this.leave();
    }
  }

  /** Throws `busy` where `hash` and `verify` would: before work that would be in vain. */
  checkRoom(): void {
    if (this.running >= this.atOnce && this.waiting.length >= this.queue)
      throw new ChatError('busy', 'too many people sign in at this moment; please try again', 2_000);
  }

  private async enter(): Promise<void> {
    if (this.running < this.atOnce) {
      this.running += 1;
      return;
    }
    this.checkRoom();
    await new Promise<void>((resolve) => this.waiting.push(resolve));
  }

  /** The place goes to who waited longest; nobody who comes later steps in between. */
  private leave(): void {
    const next = this.waiting.shift();
    if (next) next();
    else this.running -= 1;
  }
}

function parse(hash: string): { cost: typeof COST; salt: Buffer; tag: Buffer } | null {
  const match = HASH.exec(hash);
  if (!match) return null;
  const [memory, passes, parallelism] = match.slice(1, 4).map(Number) as [number, number, number];
  const [salt, tag] = match.slice(4).map((part) => Buffer.from(part, 'base64')) as [Buffer, Buffer];
  const isSane =
    memory >= 8 * parallelism &&
    memory <= DEAREST.memory &&
    passes >= 1 &&
    passes <= DEAREST.passes &&
    parallelism >= 1 &&
    parallelism <= DEAREST.parallelism;
  return isSane ? { cost: { memory, passes, parallelism }, salt, tag } : null;
}

function base64(bytes: Buffer): string {
  return bytes.toString('base64').replace(/=+$/, '');
}
