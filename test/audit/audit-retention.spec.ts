import { afterEach, describe, expect, it, vi } from 'vitest';
import { AuditLog } from '../../src/audit/audit-log.js';
import { AuditRetention } from '../../src/audit/audit-retention.js';

const HOUR_MS = 3_600_000;

/** Notes what it is asked to let go. */
class Shelf extends AuditLog {
  readonly asked: { before: number; signal: AbortSignal }[] = [];
  purging: () => Promise<number> = async () => 0;

  override async append(): Promise<void> {}
  override async page() {
    return { rows: [], more: false };
  }
  override purge(before: number, signal: AbortSignal): Promise<number> {
    this.asked.push({ before, signal });
    return this.purging();
  }
}

afterEach(() => void vi.useRealTimers());

describe('old security events', () => {
  it('are taken away within the first hour, and again and again, also after a failure', async () => {
    vi.useFakeTimers();
    const log = new Shelf();
    log.purging = () => Promise.reject(new Error('the database is away'));
    const retention = new AuditRetention(log, { everyHours: 24, days: 400 });
    retention.onApplicationBootstrap();
    await vi.advanceTimersByTimeAsync(HOUR_MS);
    expect(log.asked).toHaveLength(1);
    const days = (Date.now() - (log.asked[0]?.before ?? 0)) / (24 * HOUR_MS);
    expect(Math.round(days)).toBe(400);
    await vi.advanceTimersByTimeAsync(24 * HOUR_MS);
    expect(log.asked).toHaveLength(2);
    await retention.beforeApplicationShutdown();
    await vi.advanceTimersByTimeAsync(48 * HOUR_MS);
    expect(log.asked).toHaveLength(2);
  });

  it('are left where the server stops, which waits for the step under way', async () => {
    vi.useFakeTimers();
    const log = new Shelf();
    let finish = (_count: number) => {};
    log.purging = () => new Promise((resolve) => (finish = resolve));
    const retention = new AuditRetention(log, { everyHours: 24, days: 400 });
    retention.onApplicationBootstrap();
    await vi.advanceTimersByTimeAsync(HOUR_MS);
    let isOver = false;
    const stopping = retention.beforeApplicationShutdown().then(() => (isOver = true));
    expect(log.asked[0]?.signal.aborted).toBe(true);
    await vi.advanceTimersByTimeAsync(HOUR_MS);
    expect(isOver).toBe(false);
    finish(1);
    await stopping;
  });
});
