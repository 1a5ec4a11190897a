import { type BeforeApplicationShutdown, Logger } from '@nestjs/common';
import { type AuditDetail, type AuditKind, auditKinds } from './audit-kinds.js';
import { AuditFlood } from './audit-flood.js';
import type { AuditEntry, AuditLog } from './audit-log.js';

/** Nobody waits longer to be signed in because the log is slow. */
const PATIENCE_MS = 2_000;
/** So many may be on their way to a database that does not answer. */
const UNDER_WAY = 500;
const FLUSH_MS = 60_000;

export type AuditFacts<Kind extends AuditKind> = {
  /** Ids. Where only one is given, it is who did something to themselves, or was the target of somebody unknown. */
  actor?: string | undefined;
  person?: string | undefined;
  address?: string | undefined;
} & (Record<never, never> extends AuditDetail<Kind>
  ? { detail?: AuditDetail<Kind> }
  : { detail: AuditDetail<Kind> });

/**
 * Writes security events down, from wherever they happen. Nobody has to handle what goes wrong: a call never rejects
 * and ends within seconds. What could not be kept is an error in the server's log, with what it was.
 */
export class Audit implements BeforeApplicationShutdown {
  private readonly logger = new Logger(Audit.name);
  private readonly flood = new AuditFlood();
  private readonly underWay = new Set<Promise<void>>();
  private timer?: NodeJS.Timeout | undefined;
  private log?: AuditLog;

  /** Until then nothing is kept: nobody is served yet. */
  keepIn(log: AuditLog): this {
    this.log = log;
    return this;
  }

  /** Resolves when it is stored, or when it is clear that this takes too long. */
  async note<Kind extends AuditKind>(kind: Kind, facts: AuditFacts<Kind>): Promise<void> {
    const { actor = null, person = null, address = null, detail = {} } = facts;
    if (auditKinds[kind].fromAnybody && !this.flood.admits(kind, address ?? '', performance.now()))
      return this.schedule();
    await this.append({ kind, at: Date.now(), actor, person, address, times: 1, detail });
  }

  /** What happened at `where` could not even be made out. */
  missed(where: string, error: unknown): void {
    this.logger.error(`a security event at ${where} was not kept: ${String(error)}`);
  }

  /** What was counted only, and what is on its way, before the database is closed. */
  async beforeApplicationShutdown(): Promise<void> {
    clearTimeout(this.timer);
    await this.flush();
    await Promise.all(this.underWay);
  }

  private schedule(): void {
    this.timer ??= setTimeout(() => {
      this.timer = undefined;
      void this.flush();
    }, FLUSH_MS).unref();
  }

  /** A row for each kind that there was too much of, with how many. */
  private async flush(): Promise<void> {
    for (const [kind, times] of this.flood.takeCounted())
      await this.append({
        kind,
        at: Date.now(),
        actor: null,
        person: null,
        address: null,
        times,
        detail: {},
      });
  }

  private async append(entry: AuditEntry): Promise<void> {
    const { log } = this;
    if (!log) return;
    if (this.underWay.size >= UNDER_WAY) return this.lost(entry, 'too many are waiting to be written');
    const writing = this.write(log, entry);
    this.underWay.add(writing);
    void writing.then(() => this.underWay.delete(writing));
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => (timer = setTimeout(resolve, PATIENCE_MS)));
    await Promise.race([writing, late]).finally(() => clearTimeout(timer));
  }

  private async write(log: AuditLog, entry: AuditEntry): Promise<void> {
    try {
      // A row that only counts has no detail.
      const detail = entry.times === 1 ? auditKinds[entry.kind].detail.parse(entry.detail) : entry.detail;
      await log.append({ ...entry, detail });
    } catch (error) {
      this.lost(entry, error instanceof Error ? error.message : String(error));
    }
  }

  private lost({ kind, at, actor, person, address, times }: AuditEntry, why: string): void {
    const event = JSON.stringify({ kind, at: new Date(at).toISOString(), actor, person, address, times });
    this.logger.error(`a security event was not kept: ${event}: ${why}`);
  }
}
