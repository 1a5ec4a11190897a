import { setTimeout as pause } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import type { AuthTables } from '../database/auth.tables.js';
import { Database } from '../database/database.contract.js';
import { signInKey } from '../protocol/index.js';
import { type AuditEntry, AuditLog, type AuditPerson, type AuditSearch, type AuditRow } from './audit-log.js';

const BATCH = 500;
/** Others get the database between two batches. */
const PAUSE_MS = 50;
/** Guests may share a name. */
const NAMESAKES = 50;

/** In the database of the chat, whose triggers refuse to change what is there. */
@Injectable()
export class SqlAuditLog extends AuditLog {
  constructor(protected readonly database: Database) {
    super();
  }

  override async append({ actor, person, detail, ...entry }: AuditEntry): Promise<void> {
    const isEmpty = Object.keys(detail).length === 0;
    const row = {
      ...entry,
      actor_id: actor,
      person_id: person,
      detail: isEmpty ? null : JSON.stringify(detail),
    };
    await this.database.attempt(() => this.database.kysely.insertInto('audit').values(row).execute());
  }

  override async page({ person, kind, before, limit }: AuditSearch) {
    let query = this.tables
      .selectFrom('audit')
      .leftJoin('user as actor', 'actor.id', 'audit.actor_id')
      .leftJoin('user as person', 'person.id', 'audit.person_id')
      .selectAll('audit')
      .select(['actor.name as actor_name', 'person.name as person_name'])
      .orderBy('no', 'desc')
      .limit(limit + 1);
    if (kind) query = query.where('kind', '=', kind);
    if (before !== undefined) query = query.where('no', '<', before);
    if (person) {
      const ids = await this.idsOf(person);
      query = query.where((where) => where.or([where('actor_id', 'in', ids), where('person_id', 'in', ids)]));
    }
    const rows = await this.database.attempt(() => query.execute());
    return {
      rows: rows
        .slice(0, limit)
        .map(({ actor_id, actor_name, person_id, person_name, detail, no, ...row }): AuditRow => ({
          ...row,
          no: Number(no),
          actor: personOf(actor_id, actor_name),
          person: personOf(person_id, person_name),
          detail: detail === null ? {} : (JSON.parse(detail) as Record<string, unknown>),
        })),
      more: rows.length > limit,
    };
  }

  override async purge(before: number, signal: AbortSignal): Promise<number> {
    let total = 0;
    while (!signal.aborted) {
      const oldest = this.database.kysely.selectFrom('audit').select('no').orderBy('no').limit(BATCH);
      const remove = this.database.kysely
        .deleteFrom('audit')
        .where('no', 'in', oldest)
        .where('at', '<', before);
      const { numDeletedRows } = await this.database.attempt(() => remove.executeTakeFirstOrThrow());
      total += Number(numDeletedRows);
      if (numDeletedRows < BATCH) break;
      await pause(PAUSE_MS, undefined, { signal }).catch(() => undefined);
    }
    return total;
  }

  /** Whoever is removed is still found by their id. */
  private async idsOf(person: string): Promise<string[]> {
    const query = this.tables
      .selectFrom('user')
      .select('id')
      .where((where) => where.or([where('username', '=', signInKey(person)), where('name', '=', person)]))
      .limit(NAMESAKES);
    const rows = await this.database.attempt(() => query.execute());
    return [person, ...rows.map(({ id }) => id)];
  }

  private get tables() {
    return this.database.kysely.withTables<AuthTables>();
  }
}

function personOf(id: string | null, name: string | null): AuditPerson | null {
  return id === null ? null : { id, name };
}
