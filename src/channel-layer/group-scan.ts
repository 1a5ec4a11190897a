import type { Call } from './queue-peers.js';

const KEYS_AT_ONCE = '1000';
/** Of one look: what is behind them comes with the next. */
const STEPS = 50;

/** `*` and the like stand for themselves. */
export const globOf = (text: string) => text.replace(/[*?[\]\\^-]/g, '\\$&');

/** Looks through the keys of a Redis for groups, and never holds it up for long. */
export class GroupScan {
  private cursor = '0';

  constructor(private readonly call: Call) {}

  /** Keys that begin so. Nothing where Redis is away. */
  async keys(startsWith: string): Promise<string[]> {
    const found = new Set<string>();
    for (let step = 0; step < STEPS; step++) {
      const reply = await this.call('scan-keys', [], [this.cursor, `${globOf(startsWith)}*`, KEYS_AT_ONCE]);
      if (!reply) break;
      const [next, keys] = reply as [string, string[]];
      for (const key of keys) found.add(key);
      this.cursor = next;
      if (next === '0') break;
    }
    return [...found];
  }
}
