import type { FaultLog } from './fault-log.js';
import type { QueueKeys } from './queue-keys.js';
import type { ScriptName } from './scripts.js';

export interface QueuePeersOptions {
  keys: QueueKeys;
  /** This process. */
  process: string;
  /** Of the Redis. */
  name: string;
  log: FaultLog;
}

/** Undefined where Redis is away. */
export type Call = (
  script: ScriptName,
  keys: readonly string[],
  args: readonly string[],
) => Promise<unknown> | undefined;

/** A process that is silent for three renewals is dead to the others. */
const leaseSeconds = '30';
export const renewEveryMs = 10_000;
const noticeAfterMs = 750;
/** Longer than a lease: who is silent for longer is told by its lease. */
const inboxSeconds = '120';

/**
 * The processes of ours on one Redis. Each has a lease; who finds another's run out clears its memberships and queue.
 * Only processes of ours have leases, so nothing of Django's is ever cleared.
 *
 * A process whose messages did not get through tells the others so when it can: they have missed something without any
 * fault of theirs.
 */
export class QueuePeers {
  private owesNotice = false;
  private noticing?: NodeJS.Timeout;
  private stopped = false;

  constructor(
    private readonly options: QueuePeersOptions,
    private readonly call: Call,
  ) {}

  /** The key on which this process hears the others. */
  get inbox(): string {
    return this.options.keys.inbox(this.options.process);
  }

  /** False where our lease had run out: then the others may have cleared what was ours. Throws where Redis refuses. */
  async renew(call = this.call): Promise<boolean> {
    const { keys, process } = this.options;
    const reply = await call('renew-lease', [keys.leases], [process, leaseSeconds]);
    if (!reply) return true;
    const [alive, ...dead] = reply as [number, ...string[]];
    for (const other of dead) if (other !== process) await this.clear(other, [], call);
    return alive === 1;
  }

  /** Leaves every group, and deletes our queues and our lease. */
  async leave(queues: string[]): Promise<void> {
    await this.clear(this.options.process, queues, this.call);
  }

  /** Whether an entry of our inbox says that we missed something. */
  isNotice(member: Buffer): boolean {
    return member.toString('latin1').startsWith('missed');
  }

  /** The others should be told, soon and once for many messages. */
  owe(): void {
    this.owesNotice = true;
    if (!this.stopped) this.noticing ??= setTimeout(() => this.settle(), noticeAfterMs).unref();
  }

  settle(): void {
    clearTimeout(this.noticing);
    this.noticing = undefined;
    if (!this.owesNotice || this.stopped) return;
    const { keys, process } = this.options;
    // Where Redis is away, whoever reaches it again calls this.
    const told = this.call('tell-missed', [keys.leases], [process, keys.inboxes, inboxSeconds]);
    if (!told) return;
    this.owesNotice = false;
    told.catch(() => this.owe());
  }

  /** What this process waits for has changed. */
  wake(): void {
    this.call('wake', [this.inbox], [inboxSeconds])?.catch(() => undefined);
  }

  stop(): void {
    this.stopped = true;
    clearTimeout(this.noticing);
  }

  private async clear(process: string, queues: string[], call: Call): Promise<void> {
    const { keys, name, log } = this.options;
    const remains = [...new Set([...keys.remainsOf(process), ...queues])];
    const cleared = await call(
      'clear-process',
      [keys.leases, keys.record(process), ...remains],
      [process, this.options.process],
    );
    if (cleared === 1 && process !== this.options.process)
      log.log(`cleared ${name}`, `A process that has died was cleared from Redis ${name}`);
  }
}
