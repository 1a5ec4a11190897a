import { Injectable } from '@nestjs/common';
import { Counts } from '../metrics/counts.js';
import { type ChatError, CloseCode, type ErrorCode } from '../protocol/index.js';
import type { Connection } from './connection.js';

const BAD_FRAMES: ReadonlySet<ErrorCode> = new Set(['bad_json', 'bad_schema', 'unknown_type']);
/** So many bad frames in {@link WINDOW_MS} end the connection. */
export const MAX_BAD_FRAMES = 10;
const WINDOW_MS = 60_000;
/** So many warnings in a row end it. What is refused within a second of a warning belongs to that warning: */
/** it was on its way already. */
export const MAX_WARNINGS = 3;
const WARNING_MS = 1_000;
/** After this long without one, warnings are forgotten. */
const CALM_MS = 10_000;

interface Record {
  bad: number;
  badSince: number;
  warnings: number;
  warnedAt: number;
}

/** Ends connections that go on sending what is refused. */
@Injectable()
export class Strikes {
  /** Every refusal of a request since start, by its code. */
  readonly refused = new Counts<ErrorCode>();
  private readonly records = new WeakMap<Connection, Record>();

  count(connection: Connection, refusal: ChatError, now = performance.now()): void {
    this.refused.add(refusal.code);
    const isBad = BAD_FRAMES.has(refusal.code);
    if (!isBad && refusal.code !== 'rate_limited') return;
    const record = this.recordOf(connection, now);
    if (isBad) this.countBadFrame(connection, record, now);
    else this.countWarning(connection, record, now);
  }

  private countBadFrame(connection: Connection, record: Record, now: number): void {
    if (now - record.badSince > WINDOW_MS) Object.assign(record, { bad: 0, badSince: now });
    if (++record.bad >= MAX_BAD_FRAMES) connection.close(CloseCode.badFrames, 'too many bad frames');
  }

  private countWarning(connection: Connection, record: Record, now: number): void {
    const since = now - record.warnedAt;
    if (since < WARNING_MS) return;
    record.warnings = since > CALM_MS ? 1 : record.warnings + 1;
    record.warnedAt = now;
    if (record.warnings > MAX_WARNINGS) connection.close(CloseCode.rateLimitIgnored, 'rate limit ignored');
  }

  private recordOf(connection: Connection, now: number): Record {
    const known = this.records.get(connection);
    if (known) return known;
    const record = { bad: 0, badSince: now, warnings: 0, warnedAt: -Infinity };
    this.records.set(connection, record);
    return record;
  }
}
