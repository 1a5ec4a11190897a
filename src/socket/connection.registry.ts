import { Injectable } from '@nestjs/common';
import { Counts } from '../metrics/counts.js';
import type { Connection } from './connection.js';

const nobody: ReadonlySet<Connection> = new Set();

/** The connections of this process. */
@Injectable()
export class ConnectionRegistry {
  /** Since start, by close code. */
  readonly closed = new Counts<number>();
  private readonly connections = new Set<Connection>();
  /** Most people have one connection: a set is made for the second. */
  private readonly byUser = new Map<string, Connection | Set<Connection>>();

  add(connection: Connection): void {
    this.connections.add(connection);
    const { id } = connection.user;
    const own = this.byUser.get(id);
    if (own instanceof Set) own.add(connection);
    else this.byUser.set(id, own ? new Set([own, connection]) : connection);
  }

  /** `code` is the close code, where it was closed. */
  remove(connection: Connection, code?: number): void {
    if (code !== undefined) this.closed.add(code);
    this.connections.delete(connection);
    const { id } = connection.user;
    const own = this.byUser.get(id);
    if (own instanceof Set) own.delete(connection);
    if (own === connection || (own instanceof Set && own.size === 0)) this.byUser.delete(id);
  }

  get size(): number {
    return this.connections.size;
  }

  all(): Iterable<Connection> {
    return this.connections;
  }

  ofUser(userId: string): ReadonlySet<Connection> {
    const own = this.byUser.get(userId);
    if (own === undefined) return nobody;
    return own instanceof Set ? own : new Set([own]);
  }
}
