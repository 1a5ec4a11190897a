import { z } from 'zod';
import { MAX_PAGE_SIZE, PAGE_SIZE } from './limits.js';

/** Security events over HTTP, for administrators. */

export const AuditQuery = z.strictObject({
  /** An id, or a name as it is now. */
  person: z.string().max(200).optional(),
  kind: z.string().max(64).optional(),
  before: z.coerce.number().int().nonnegative().optional(),
  limit: z.coerce.number().int().min(1).max(MAX_PAGE_SIZE).default(PAGE_SIZE),
});
export type AuditQuery = z.infer<typeof AuditQuery>;

const AuditPerson = z.object({ id: z.string(), name: z.string().nullable() }).nullable();

export const AuditEvent = z.object({
  no: z.int().nonnegative(),
  at: z.iso.datetime(),
  kind: z.string(),
  /** Who did it, and whom it is about where that is somebody else. */
  actor: AuditPerson,
  person: AuditPerson,
  address: z.string().nullable(),
  /** Of a flood, one event stands for many. */
  times: z.int().positive(),
  detail: z.record(z.string(), z.unknown()),
});
export type AuditEvent = z.infer<typeof AuditEvent>;

/** Newest first. */
export const AuditEvents = z.object({ events: z.array(AuditEvent), more: z.boolean() });
export type AuditEvents = z.infer<typeof AuditEvents>;
