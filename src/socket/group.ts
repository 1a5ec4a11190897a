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
  /** By what tells receivers apart: the dialect, and whether they are behind. */
  private readonly joined = new Map<string, Buffer | null>();
  /** How many of the first frames a connection has already. */
  private readonly skips = new Map<Connection, number>();
  private exceptions = false;

  add(push: PushFrame, options: DeliverOptions): void {
    this.frames.push(new Framed(push, options));
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
    const bytes = this.join(connection, connection.isBehind);
    this.skip(connection);
    return bytes;
  }

  /** Called when nothing will be added any more. `null` where there is nothing for this connection. */
  bytesFor(connection: Connection): Buffer | null {
    const { isBehind } = connection;
    if (this.isSpecial(connection)) return this.join(connection, isBehind);
    const kind = `${connection.dialect} ${isBehind}`;
    let bytes = this.joined.get(kind);
    if (bytes === undefined) {
      bytes = this.join(connection, isBehind);
      this.joined.set(kind, bytes);
    }
    return bytes;
  }

  private isSpecial(connection: Connection): boolean {
    if (this.skips.size > 0 && this.skips.has(connection)) return true;
    return this.exceptions && this.frames.some(({ options }) => options.exceptUser === connection.user.id);
  }

  private join(connection: Connection, isBehind: boolean): Buffer | null {
    const parts: Buffer[] = [];
    for (let index = this.skips.get(connection) ?? 0; index < this.frames.length; index++) {
      const framed = this.frames[index] as Framed;
      const { ephemeral, exceptUser } = framed.options;
      if ((ephemeral && isBehind) || exceptUser === connection.user.id) continue;
      const frame = framed.frame(connection);
      if (frame) parts.push(frame);
    }
    return parts.length === 0 ? null : parts.length === 1 ? (parts[0] as Buffer) : Buffer.concat(parts);
  }
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

  /** Writes the current batch to so many; true where that was all. */
  write(count: number): boolean {
    if (!this.current) return true;
    const { batch, unserved } = this.current;
    for (const connection of unserved) {
      if (count-- <= 0) return false;
      unserved.delete(connection);
      connection.deliver(batch.bytesFor(connection));
    }
    this.current = undefined;
    return true;
  }

  /** Writes to one connection, out of turn, all that was delivered until now. */
  serve(connection: Connection): void {
    if (this.current?.unserved.delete(connection))
      connection.deliver(this.current.batch.bytesFor(connection));
    if (!this.pending.isEmpty) connection.deliver(this.pending.takeFor(connection));
  }
}
