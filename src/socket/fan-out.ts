import { Injectable } from '@nestjs/common';
import type { PushFrame } from '../protocol/index.js';
import type { Connection } from './connection.js';
import { type DeliverOptions, Group } from './group.js';
import { plainPush } from './plain-dialect.js';
import { textFrame } from './text-frame.js';

/** Sockets written to before others in this process get their turn: some 5 ms of work. */
const SOCKETS_PER_TURN = 512;
/**
 * A group this big pauses after a batch, by how long that took: a little in any case, so that what people answer to it
 * leaves in the next one as a whole, and longer while something for it is being stored, rather than being written to twice
 * in a row. Where little is said, no pause is noticed: it is over before the next message comes.
 */
const BIG_GROUP = 256;
const LEAST_PAUSE_PER_WORK = 0.2;
const MOST_PAUSE_PER_WORK = 1;
const MAX_PAUSE_MS = 20;
const PAUSED_FOR_MS = 2;
/**
 * Writing to so many takes longer than people should wait twice for. So whoever's turn it is gets, behind the batch, what came
 * while others were written to: it waits for one round at the most, not for the rest of one and then for its own.
 */
const HUGE_GROUP = 4 * SOCKETS_PER_TURN;
const nobody: ReadonlySet<Connection> = new Set();

/**
 * Group → connections of this process. Knows sockets, and nothing of other processes.
 *
 * The price of a delivery is its write, so what falls into one turn of the event loop leaves in **one** write per
 * socket: pushes first, in order, then replies. A reply never overtakes its own push.
 */
@Injectable()
export class FanOut {
  private readonly groups = new Map<string, Group>();
  private readonly dirty = new Set<Group>();
  /** Connections with replies to write at the end of this turn. */
  private readonly replying = new Set<Connection>();
  private scheduled = false;
  protected readonly socketsPerTurn: number = SOCKETS_PER_TURN;
  protected readonly hugeGroup: number = HUGE_GROUP;
  /** Milliseconds that only ever go on. */
  protected now = () => performance.now();
  private readonly lastWords = (connection: Connection) => {
    this.replying.delete(connection);
    this.serveAll(connection);
  };

  /**
   * From now on the connection gets what is delivered. What was delivered before, and may still wait for its turn, is
   * for the others alone. What was queued for the connection until now is written first.
   */
  add(name: string, connection: Connection): void {
    this.settle(connection);
    const group = this.groups.get(name) ?? new Group();
    this.groups.set(name, group);
    group.pending.skip(connection);
    group.members.add(connection);
    if (!connection.isIn(name)) connection.groups = [...connection.groups, name];
    connection.lastWords = this.lastWords;
  }

  remove(name: string, connection: Connection): void {
    connection.groups = connection.groups.filter((each) => each !== name);
    const group = this.groups.get(name);
    group?.members.delete(connection);
    group?.current?.unserved.delete(connection);
    if (group?.members.size === 0) this.groups.delete(name);
  }

  /** What was delivered to the group until now leaves for this connection before anything else happens to it. */
  serve(name: string, connection: Connection): void {
    const group = this.groups.get(name);
    if (group?.members.has(connection)) group.serve(connection);
  }

  members(name: string): ReadonlySet<Connection> {
    return this.groups.get(name)?.members ?? nobody;
  }

  /** To every member, at the end of this turn; framed once per dialect. */
  deliver(name: string, push: PushFrame, options: DeliverOptions = {}): void {
    const group = this.groups.get(name);
    if (!group) return;
    group.pending.add(push, options);
    this.dirty.add(group);
    this.schedule();
  }

  /** Something is on its way to the group, and will be delivered when this is settled, if at all. */
  expect(name: string, arriving: Promise<unknown>): void {
    const group = this.groups.get(name);
    if (group && group.members.size >= BIG_GROUP) group.expect(arriving);
  }

  /** To one connection: what it missed, or what concerns only it. */
  push(connection: Connection, push: PushFrame): void {
    const text = connection.dialect === 'plain' ? plainPush(push) : JSON.stringify(push);
    if (text !== null) this.reply(connection, text);
  }

  /** To one connection, behind everything that was delivered to its groups before. */
  reply(connection: Connection, text: string): void {
    connection.enqueue(textFrame(text));
    this.replying.add(connection);
    this.schedule();
  }

  private schedule(): void {
    if (this.scheduled) return;
    this.scheduled = true;
    setImmediate(() => this.flush());
  }

  private flush(): void {
    this.scheduled = false;
    for (const group of this.dirty) {
      if (group.current || group.isPausing) continue;
      this.dirty.delete(group);
      group.begin(this.now());
      this.continue(group);
    }
    for (const connection of this.replying) this.settle(connection);
  }

  /**
   * A big room is written in slices. What is delivered to it meanwhile is joined into its next batch; in a huge one, those
   * whose turn is still to come get it with this one.
   */
  private continue(group: Group): void {
    const began = group.current?.began ?? 0;
    const isHuge = group.members.size >= this.hugeGroup;
    if (!group.write(this.socketsPerTurn, isHuge)) setImmediate(() => this.continue(group));
    else if (group.members.size >= BIG_GROUP) this.pause(group, this.now() - began);
    else this.goOn(group);
  }

  private pause(group: Group, workedMs: number): void {
    if (workedMs < PAUSED_FOR_MS) return this.goOn(group);
    group.isPausing = true;
    const until = this.now() + Math.min(workedMs * MOST_PAUSE_PER_WORK, MAX_PAUSE_MS);
    setTimeout(() => this.hold(group, until), Math.min(workedMs * LEAST_PAUSE_PER_WORK, MAX_PAUSE_MS));
  }

  private hold(group: Group, until: number): void {
    const leftMs = until - this.now();
    if (group.arriving && leftMs > 0) return void group.arrived(leftMs).then(() => this.hold(group, until));
    group.isPausing = false;
    this.goOn(group);
  }

  private goOn(group: Group): void {
    if (!group.pending.isEmpty) this.schedule();
  }

  /** Replies go behind the pushes that were delivered before them, in however big a room. */
  private settle(connection: Connection): void {
    if (!this.replying.delete(connection)) return;
    this.serveAll(connection);
    connection.flush();
  }

  private serveAll(connection: Connection): void {
    for (const name of connection.groups) this.groups.get(name)?.serve(connection);
  }
}
