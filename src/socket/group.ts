import type { PushFrame } from '../protocol/index.js';
import type { Connection } from './connection.js';
import { plainPush } from './plain-dialect.js';
import { textFrame } from './text-frame.js';

export interface DeliverOptions {
  /** May be dropped where a reader is behind. */
  ephemeral?: boolean;
  /** All connections of this user are left out. */
  exceptUser?: string;
}

/** One push, framed once per dialect, when the first of that dialect is to get it. */
class Framed {
  private rich?: Buffer;
  private plain?: Buffer | null;

  constructor(
    private readonly push: PushFrame,
    readonly options: DeliverOptions,
  ) {}

  frame({ dialect }: Connection): Buffer | null {
    if (dialect === 'chat.v1') return (this.rich ??= textFrame(JSON.stringify(this.push)));
    if (this.plain === undefined) {
      const text = plainPush(this.push);
      this.plain = text === null ? null : textFrame(text);
    }
    return this.plain;
  }
}

/** What one turn of the event loop brought for a group: joined once for all who get the same bytes. */
export class Batch {
  private readonly frames: Framed[] = [];
  /** Of all frames that are in it now, by {@link kindOf}. */
  private readonly joined = new Map<number, Buffer | null>();
  /** How many of the first frames a connection has already. */
  private readonly skips = new Map<Connection, number>();
  private exceptions = false;

  add(push: PushFrame, options: DeliverOptions): void {
    this.frames.push(new Framed(push, options));
    this.joined.clear();
    this.exceptions ||= options.exceptUser !== undefined;
  }

  get isEmpty(): boolean {
    return this.frames.length === 0;
  }

  /** What is in it now does not concern this connection. */
  skip(connection: Connection): void {
    if (!this.isEmpty) this.skips.set(connection, this.frames.length);
  }

  /** What is in it now for this connection, which then has it; more may be added behind. */
  takeFor(connection: Connection): Buffer | null {
    const bytes = this.bytesFor(connection);
    this.skip(connection);
    return bytes;
  }

  /** What is in it now for this connection; the same buffer for all who get the same. `null` where there is nothing. */
  bytesFor(connection: Connection): Buffer | null {
    const { isBehind } = connection;
    const skipped = this.skips.get(connection) ?? 0;
    if (this.isException(connection)) return this.join(connection, isBehind, skipped);
    const kind = kindOf(connection, isBehind, skipped);
    let bytes = this.joined.get(kind);
    if (bytes === undefined) {
      bytes = this.join(connection, isBehind, skipped);
      this.joined.set(kind, bytes);
    }
    return bytes;
  }

  private isException({ user }: Connection): boolean {
    return this.exceptions && this.frames.some(({ options }) => options.exceptUser === user.id);
  }

  private join(connection: Connection, isBehind: boolean, skipped: number): Buffer | null {
    const parts: Buffer[] = [];
    for (let index = skipped; index < this.frames.length; index++) {
      const framed = this.frames[index] as Framed;
      const { ephemeral, exceptUser } = framed.options;
      if ((ephemeral && isBehind) || exceptUser === connection.user.id) continue;
      const frame = framed.frame(connection);
      if (frame) parts.push(frame);
    }
    return parts.length === 0 ? null : parts.length === 1 ? (parts[0] as Buffer) : Buffer.concat(parts);
  }
}

/** What tells receivers of a batch apart, as a number: every delivery asks for it. */
function kindOf({ dialect }: Connection, isBehind: boolean, skipped: number): number {
  return skipped * 4 + (dialect === 'plain' ? 2 : 0) + (isBehind ? 1 : 0);
}

/** The connections of this process that get the same pushes. */
export class Group {
  readonly members = new Set<Connection>();
  /** Gathers while a batch is being written, or until the end of the turn. */
  pending = new Batch();
  /** Being written, and who still has to get it. A big room takes several turns. */
  current?: { batch: Batch; unserved: Set<Connection>; began: number };
  /** What is pending waits a little for more. */
  isPausing = false;
  private lastJoined?: { first: Buffer; second: Buffer; both: Buffer };
  /** The newest of what is on its way here. */
  arriving?: Promise<void>;

  expect(arriving: Promise<unknown>): void {
    const forget = () => {
      if (this.arriving === expected) this.arriving = undefined;
    };
    const expected = arriving.then(forget, forget);
    this.arriving = expected;
  }

  /** Never rejects. */
  async arrived(patienceMs: number): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const patience = new Promise<void>((resolve) => (timer = setTimeout(resolve, patienceMs)));
    await Promise.race([this.arriving, patience]);
    clearTimeout(timer);
  }

  /** Makes what is pending the current batch. */
  begin(now: number): void {
    this.current = { batch: this.pending, unserved: new Set(this.members), began: now };
    this.pending = new Batch();
  }

  /** Writes the current batch to so many; true where that was all. `andPending`: what came meanwhile, behind it. */
  write(count: number, andPending: boolean): boolean {
    if (!this.current) return true;
    const { batch, unserved } = this.current;
    const takesMore = andPending && !this.pending.isEmpty;
    for (const connection of unserved) {
      if (count-- <= 0) return false;
      unserved.delete(connection);
      const bytes = batch.bytesFor(connection);
      connection.deliver(takesMore ? this.joinOnce(bytes, this.pending.takeFor(connection)) : bytes);
    }
    this.current = undefined;
    this.lastJoined = undefined;
    return true;
  }

  /** Neighbours get the same two, one after the other. */
  private joinOnce(first: Buffer | null, second: Buffer | null): Buffer | null {
    if (!first || !second) return first ?? second;
    if (this.lastJoined?.first !== first || this.lastJoined.second !== second)
      this.lastJoined = { first, second, both: Buffer.concat([first, second]) };
    return this.lastJoined.both;
  }

  /** Writes to one connection, out of turn, all that was delivered until now. */
  serve(connection: Connection): void {
    if (this.current?.unserved.delete(connection))
      connection.deliver(this.current.batch.bytesFor(connection));
    if (!this.pending.isEmpty) connection.deliver(this.pending.takeFor(connection));
  }
}
