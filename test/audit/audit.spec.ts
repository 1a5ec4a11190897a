import { randomUUID } from 'node:crypto';
import { Logger } from '@nestjs/common';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { Audit } from '../../src/audit/audit.js';
import { type AuditEntry, AuditLog } from '../../src/audit/audit-log.js';

/** Keeps what it gets, or does what it is told to. */
class Notebook extends AuditLog {
  readonly entries: AuditEntry[] = [];
  meanwhile: () => Promise<void> = async () => undefined;

  override async append(entry: AuditEntry): Promise<void> {
    await this.meanwhile();
    this.entries.push(entry);
  }
  override async page() {
    return { rows: [], more: false };
  }
  override async purge() {
    return 0;
  }
}

function house() {
  const log = new Notebook();
  const said: string[] = [];
  vi.spyOn(Logger.prototype, 'error').mockImplementation((words: unknown) => void said.push(String(words)));
  return { log, said, audit: new Audit().keepIn(log) };
}

afterEach(() => void vi.restoreAllMocks());

describe('a security event', () => {
  it('is an error in the server’s log where it cannot be kept, with what it was, and nobody’s failure', async () => {
    const { audit, log, said } = house();
    log.meanwhile = () => Promise.reject(new Error('the disk is full'));
    const actor = randomUUID();
    await audit.note('password_changed', { actor, address: '203.0.113.7' });
    expect(said).toHaveLength(1);
    for (const part of ['password_changed', actor, '203.0.113.7', 'the disk is full'])
      expect(said[0]).toContain(part);
  });

  it('keeps nobody waiting for a log that does not answer, and is kept when it does', async () => {
    const { audit, log } = house();
    let answer = () => {};
    log.meanwhile = () => new Promise<void>((resolve) => (answer = resolve));
    vi.useFakeTimers();
    const noted = audit.note('signed_out', { actor: 'ann' });
    await vi.advanceTimersByTimeAsync(2_000);
    vi.useRealTimers();
    await noted;
    expect(log.entries).toEqual([]);
    answer();
    await audit.beforeApplicationShutdown();
    expect(log.entries).toMatchObject([{ kind: 'signed_out', actor: 'ann' }]);
  });

  it('is told and let go where hundreds wait for a log that does not answer', async () => {
    const { audit, log, said } = house();
    let open = () => {};
    const gate = new Promise<void>((resolve) => (open = resolve));
    log.meanwhile = () => gate;
    const all = Array.from({ length: 600 }, () => audit.note('signed_out', { actor: 'ann' }));
    await expect.poll(() => said.length).toBe(100);
    open();
    await Promise.all(all);
    expect(log.entries).toHaveLength(500);
  });

  it('has nothing with it but what its kind names', async () => {
    const { audit, log, said } = house();
    const detail = { by: 'password' as const, password: 'hunter2 and more' };
    await audit.note('signed_in', { actor: 'ann', detail });
    expect(log.entries).toEqual([]);
    expect(said[0]).toContain('signed_in');
    expect(said.join()).not.toContain('hunter2');
  });

  it('that anybody can cause becomes few rows with a number, and nobody else’s is lost for it', async () => {
    const { audit, log } = house();
    const failed = (address: string) =>
      audit.note('sign_in_failed', { address, detail: { why: 'wrong name or password' } });
    for (let n = 0; n < 1_000; n++) await failed('203.0.113.7');
    expect(log.entries.length).toBeLessThan(40);
    await failed('203.0.113.8');
    await audit.note('signed_out', { actor: 'ann', address: '203.0.113.7' });
    expect(log.entries.slice(-2)).toMatchObject([{ address: '203.0.113.8' }, { kind: 'signed_out' }]);
    await audit.beforeApplicationShutdown();
    const failures = log.entries.filter(({ kind }) => kind === 'sign_in_failed');
    expect(failures.at(-1)).toMatchObject({ address: null, detail: {} });
    expect(failures.reduce((sum, { times }) => sum + times, 0)).toBe(1_001);
  });
});
