import { Injectable } from '@nestjs/common';
import type { Connection } from './connection.js';

/** The connections of this process. */
@Injectable()
export class ConnectionRegistry {
  private readonly connections = new Set<Connection>();
  private readonly byUser = new Map<string, Set<Connection>>();

  add(connection: Connection): void {
    this.connections.add(connection);
    const own = this.byUser.get(connection.user.id);
    if (own) own.add(connection);
    else this.byUser.set(connection.user.id, new Set([connection]));
  }

  remove(connection: Connection): void {
    this.connections.delete(connection);
    const own = this.byUser.get(connection.user.id);
    own?.delete(connection);
    if (own?.size === 0) this.byUser.delete(connection.user.id);
  }

  get size(): number {
    return this.connections.size;
  }

  all(): Iterable<Connection> {
    return this.connections;
  }

  ofUser(userId: string): ReadonlySet<Connection> {
    return this.byUser.get(userId) ?? new Set();
  }
}
