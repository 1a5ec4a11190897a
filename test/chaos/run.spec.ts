import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';

function chaos(...wish: string[]) {
  const { status, stdout, stderr } = spawnSync('npm', ['run', '-s', 'chaos', '--', ...wish], {
    encoding: 'utf8',
  });
  return { status, stdout, stderr };
}

describe('npm run chaos', { timeout: 30_000 }, () => {
  it('says what it can do', () => {
    expect(chaos('--help')).toMatchObject({ status: 0, stdout: expect.stringContaining('--scale') });
    expect(chaos('--list')).toMatchObject({
      status: 0,
      stdout: expect.stringMatching(/^F23 +Redis is killed/m),
    });
  });

  it.each([
    [['F99'], 'there is no fault F99'],
    [['--seed', 'seven'], '--seed is a whole number'],
    [['--scale', 'huge'], '--scale is one of short, normal, full'],
    [['--minutes', '0'], '--minutes is a number'],
    [['--speed', '9'], "Unknown option '--speed'"],
  ])('runs nothing where it is not clear what: %s', (wish, sentence) => {
    const { status, stdout, stderr } = chaos(...wish);
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr.slice(0, sentence.length)).toBe(sentence);
    expect(stderr).toContain('npm run chaos -- [fault ...]');
  });
});
