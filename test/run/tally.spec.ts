import { describe, expect, it } from 'vitest';
import { type FileResult, suiteOf, tally } from './tally.ts';

const file = (given: Partial<FileResult>): FileResult => ({
  suite: 'unit',
  path: 'test/a.spec.ts',
  passed: 0,
  failed: 0,
  skipped: [],
  errors: 0,
  ...given,
});

describe('the summary of a run', () => {
  it('adds up every suite', () => {
    const { passed, failed, lines } = tally(
      [file({ passed: 3 }), file({ passed: 2, failed: 1 }), file({ suite: 'browser', passed: 4 })],
      0,
    );
    expect([passed, failed]).toEqual([9, 1]);
    expect(lines).toHaveLength(2);
    expect(lines[0]).toMatch(/browser +4 passed +0 failed +in 1 files/);
    expect(lines[1]).toMatch(/unit +5 passed +1 failed +in 2 files/);
  });

  it('counts a test that did not run as failed, and names it', () => {
    const { failed, lines } = tally([file({ passed: 1, skipped: ['a room > is deleted'] })], 0);
    expect(failed).toBe(1);
    expect(lines.join('\n')).toContain('test/a.spec.ts > a room > is deleted');
  });

  it('counts a file that did not load, and what failed outside any test', () => {
    expect(tally([file({ passed: 1, errors: 1 })], 2)).toMatchObject({ passed: 1, failed: 3 });
  });

  it('takes a run of nothing for a failure', () => {
    expect(tally([], 0)).toMatchObject({ passed: 0, failed: 1 });
  });

  it('knows a suite by its folder, and a contract by what the file imports', () => {
    expect(suiteOf('test/browser/room.spec.ts', '')).toBe('browser');
    expect(suiteOf('test/chat/room.spec.ts', '')).toBe('unit');
    const source = `import { roomLogContract } from '../contracts/room-log.contract.js';`;
    expect(suiteOf('test/log/sqlite.spec.ts', source)).toBe('contract');
  });
});
