import { z } from 'zod';
import type { ErrorCode } from './codes.js';

/**
 * The three envelopes of `chat.v1`, and the one of the plain dialect.
 *
 * Requests of one connection run one after another, in the order sent. There is exactly one reply per `id`;
 * without `id` only failures are answered. Unknown fields and events are refused, never ignored in silence.
 */
export const RequestFrame = z.strictObject({
  event: z.string().min(1).max(64),
  id: z.int().nonnegative().optional(),
  data: z.record(z.string(), z.unknown()).default({}),
});
export type RequestFrame = z.infer<typeof RequestFrame>;

export const ErrorBody = z
  .object({
    code: z.string(),
    message: z.string(),
    retryAfterMs: z.int().nonnegative().optional(),
  })
  .meta({ id: 'Error' });
export type ErrorBody = { code: ErrorCode; message: string; retryAfterMs?: number };

export type ReplyFrame<Data = unknown> =
  | { event: 'reply'; id: number; ok: true; data: Data }
  | { event: 'reply'; id?: number; ok: false; error: ErrorBody };

export interface PushFrame<Name extends string = string, Data = unknown> {
  event: Name;
  data: Data;
}

/** What a Django Channels tutorial page sends. */
export const PlainRequest = z.strictObject({ message: z.string() });
export type PlainRequest = z.infer<typeof PlainRequest>;
