import { ChatError } from '../protocol/index.js';

const HOUR_MS = 3_600_000;
/** So many wrong passwords for a name from one address before it has to wait, longer each time. */
const FREE = 5;
const LONGEST_WAIT_MS = 900_000;
/** Wrong passwords an hour: for one name from everywhere, and from one address for every name. */
const PER_NAME = 100;
const PER_ADDRESS = 200;
const CAPACITY = 100_000;

interface Tally {
  count: number;
  /** Nothing is tried before. */
  openAt: number;
  endsAt: number;
}

/** One try, which counts as failed until it is known to have succeeded: a hundred at once are a hundred. */
export interface Attempt {
  succeeded(): void;
  /** It was not judged: we were too busy, or the database was away. */
  withdraw(): void;
}

/**
 * Slows down who guesses passwords, without locking out who knows it: a browser that has signed in by a name before
 * is counted for itself. Of this process alone; what several add up to is bounded by each of them.
 */
export class SignInGuard {
  private readonly tallies = new Map<string, Tally>();

  constructor(
    private readonly enabled = true,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** `device` names a browser that is known for this name. Throws `rate_limited`. */
  begin(name: string, address: string, device?: string): Attempt {
    if (!this.enabled) return { succeeded() {}, withdraw() {} };
    const pair = device === undefined ? `pair ${networkOf(address)} ${name}` : `device ${device} ${name}`;
    const wide = device === undefined ? [`name ${name}`, `address ${networkOf(address)}`] : [];
    const [perName, perAddress] = wide.map((key) => this.tally(key));
    const tally = this.tally(pair);
    this.check(tally.openAt);
    if (perName && perName.count >= PER_NAME) this.check(perName.endsAt);
    if (perAddress && perAddress.count >= PER_ADDRESS) this.check(perAddress.endsAt);

    for (const each of [tally, perName, perAddress]) if (each) each.count += 1;
    if (tally.count >= FREE)
      tally.openAt = this.now() + Math.min(LONGEST_WAIT_MS, 1_000 * 2 ** (tally.count - FREE));
    const withdraw = () => {
      for (const each of [tally, perName, perAddress]) if (each) each.count -= 1;
      if (tally.count < FREE) tally.openAt = 0;
    };
    return {
      withdraw,
      succeeded: () => {
        withdraw();
        this.tallies.delete(pair);
      },
    };
  }

  private check(openAt: number): void {
    const wait = openAt - this.now();
    if (wait > 0)
      throw new ChatError('rate_limited', 'too many wrong passwords; please wait', Math.ceil(wait));
  }

  private tally(key: string): Tally {
    const now = this.now();
    const known = this.tallies.get(key);
    if (known && known.endsAt > now) return known;
    const fresh = { count: 0, openAt: 0, endsAt: now + HOUR_MS };
    this.tallies.delete(key);
    this.tallies.set(key, fresh);
    for (const oldest of this.tallies.keys()) {
      if (this.tallies.size <= CAPACITY) break;
      this.tallies.delete(oldest);
    }
    return fresh;
  }
}

/** Whoever has an IPv6 address has 2^64 of them. */
function networkOf(address: string): string {
  if (!address.includes(':') || address.includes('.')) return address;
  const [head = '', tail] = address.split('::');
  const left = head.split(':').filter(Boolean);
  const right = tail?.split(':').filter(Boolean) ?? [];
  const zeros =
    tail === undefined ? [] : Array<string>(Math.max(0, 8 - left.length - right.length)).fill('0');
  return [...left, ...zeros, ...right].slice(0, 4).join(':');
}
