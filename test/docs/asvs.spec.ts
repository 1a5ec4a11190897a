import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const root = new URL('../../', import.meta.url);
const read = (path: string) => readFile(fileURLToPath(new URL(path, root)), 'utf8');

/** How many requirements each section of ASVS 5.0 has. */
const SECTIONS = {
  '1.2': 10,
  '1.3': 12,
  '2.2': 3,
  '2.3': 5,
  '2.4': 2,
  '3.2': 3,
  '3.3': 5,
  '3.4': 8,
  '3.5': 8,
  '4.4': 4,
  '6.1': 3,
  '6.2': 12,
  '6.3': 8,
  '6.5': 8,
  '7.1': 3,
  '7.2': 4,
  '7.3': 2,
  '7.4': 5,
  '7.5': 3,
  '8.1': 4,
  '8.2': 4,
  '8.3': 3,
  '11.4': 4,
  '13.1': 4,
  '13.2': 6,
  '13.3': 4,
  '13.4': 7,
  '15.2': 5,
  '15.3': 7,
  '15.4': 4,
  '16.1': 1,
  '16.2': 5,
  '16.3': 4,
  '16.4': 3,
  '16.5': 4,
};

const rows = (await read('docs/asvs.md'))
  .split('\n')
  .map((line) => /^\| (\d+\.\d+\.\d+) +\|(.*)\|(.*)\|(.*)\|$/.exec(line))
  .filter((match) => match !== null)
  .map(([, no = '', , how = '', tests = '']) => ({ no, how, tests }));

describe('the map of ASVS', () => {
  it('has every requirement of its sections, in order', () => {
    const all = Object.entries(SECTIONS).flatMap(([section, count]) =>
      Array.from({ length: count }, (_, n) => `${section}.${n + 1}`),
    );
    expect(rows.map(({ no }) => no)).toEqual(all);
  });

  it('names files that exist', async () => {
    const files = rows.flatMap(({ how }) =>
      [...how.matchAll(/`((?:src|views)\/[^`]+)`/g)].map(([, path]) => path),
    );
    expect(files.length).toBeGreaterThan(60);
    for (const path of new Set(files)) await expect(read(path ?? '')).resolves.not.toBe('');
  });

  it('says of each what meets it: a test, a reason why not, or whose work it is', () => {
    const silent = rows.filter(({ how, tests }) => !tests.includes('`test/') && how.trim().length < 5);
    expect(silent).toEqual([]);
  });
});

describe('the maps of attacks and of ASVS', () => {
  it.each([
    ['docs/asvs.md', 120],
    ['docs/attacks.md', 50],
  ])('%s names tests that exist, by their titles', async (document, atLeast) => {
    const named = [...(await read(document)).matchAll(/`(test\/[^`]+\.spec\.tsx?)` “([^”]+)”/g)];
    expect(named.length).toBeGreaterThan(atLeast);
    const missing: string[] = [];
    for (const [whole, path = '', title = ''] of named) {
      const source = await read(path).catch(() => '');
      const isThere = [`'${title}'`, `"${title}"`].some((quoted) => source.includes(quoted));
      if (!isThere) missing.push(whole);
    }
    expect(missing).toEqual([]);
  });
});
