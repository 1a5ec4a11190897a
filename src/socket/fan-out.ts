import { Injectable } from '@nestjs/common';
import type { PushFrame } from '../protocol/index.js';
import type { Connection } from './connection.js';
import { plainPush } from './plain-dialect.js';

export interface DeliverOptions {
  /** May be dropped where a reader is behind. */
  ephemeral?: boolean;
  /** All connections of this user are left out. */
  exceptUser?: string;
}

/** Group → connections of this process. Knows sockets, and nothing of other processes. */
@Injectable()
export class FanOut {
  private readonly groups = new Map<string, Set<Connection>>();

  add(group: string, connection: Connection): void {
    const members = this.groups.get(group);
    if (members) members.add(connection);
    else this.groups.set(group, new Set([connection]));
    connection.groups.add(group);
  }

  remove(group: string, connection: Connection): void {
    connection.groups.delete(group);
    const members = this.groups.get(group);
    members?.delete(connection);
    if (members?.size === 0) this.groups.delete(group);
  }

  members(group: string): ReadonlySet<Connection> {
    return this.groups.get(group) ?? new Set();
  }

  /** To every member, in one turn; encoded once per dialect. */
  deliver(group: string, push: PushFrame, options: DeliverOptions = {}): void {
    const members = this.groups.get(group);
    if (!members) return;
    let rich: string | undefined;
    let plain: string | null | undefined;
    for (const connection of members) {
      if (options.exceptUser !== undefined && connection.user.id === options.exceptUser) continue;
      if (connection.dialect === 'plain') {
        plain = plain === undefined ? plainPush(push) : plain;
        if (plain !== null) connection.send(plain, options.ephemeral);
      } else connection.send((rich ??= JSON.stringify(push)), options.ephemeral);
    }
  }

  /** To one connection: what it missed, or what concerns only it. */
  push(connection: Connection, push: PushFrame): void {
    const frame = connection.dialect === 'plain' ? plainPush(push) : JSON.stringify(push);
    if (frame !== null) connection.send(frame);
  }
}
