import type { AuditKind } from './audit-kinds.js';

/** What is kept of one event, or of `times` like it. */
export interface AuditEntry {
  kind: AuditKind;
  /** Milliseconds since 1970. */
  at: number;
  /** The id of who did it, and of whom it is about; null where nobody knows. */
  actor: string | null;
  person: string | null;
  /** Where it came from, as the trusted proxies tell it. */
  address: string | null;
  times: number;
  detail: Readonly<Record<string, unknown>>;
}

/** Somebody as they are called now; by their id alone once they are removed. */
export interface AuditPerson {
  id: string;
  name: string | null;
}

export interface AuditRow extends Omit<AuditEntry, 'kind' | 'actor' | 'person'> {
  /** Rising, and never used twice. */
  no: number;
  /** Of another version perhaps. */
  kind: string;
  actor: AuditPerson | null;
  person: AuditPerson | null;
}

export interface AuditSearch {
  /** An id, or a name as it is now: what this person did, and what was done to them. */
  person?: string | undefined;
  kind?: AuditKind | undefined;
  /** Only rows whose `no` is lower. */
  before?: number | undefined;
  limit: number;
}

/** Where security events are kept. Whatever is in it stays as it is. Injected by its class; an extra replaces it. */
export abstract class AuditLog {
  /** Resolves once it is stored. May reject: whoever calls is `Audit`, which tells the operator. */
  abstract append(entry: AuditEntry): Promise<void>;
  /** Newest first, and whether there are older ones. */
  abstract page(query: AuditSearch): Promise<{ rows: AuditRow[]; more: boolean }>;
  /** Takes away what is older than `before`, in small steps until `signal`; resolves with how many. */
  abstract purge(before: number, signal: AbortSignal): Promise<number>;
}
