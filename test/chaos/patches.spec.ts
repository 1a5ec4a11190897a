import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { standsStill } from './faults/overload.js';
import { faults } from './faults/index.js';
import { SITES } from './faults/server-errors.js';
import { tomorrow } from './tomorrow.js';
import { mutants } from './mutants.js';

const patches = [
  ...mutants.flatMap(({ patches: each }) => each),
  standsStill,
  ...tomorrow,
  ...SITES.map(([file, find]) => ({ file, find })),
];

describe('what the chaos suite patches in a copy of the server', () => {
  it.each(patches)('is there once: $file, $find', ({ file, find }) => {
    const text = readFileSync(new URL(`../../dist/src/${file}`, import.meta.url), 'utf8');
    expect(text.split(find)).toHaveLength(2);
  });
});

describe('the list of faults', () => {
  it('has each once, ready to run', () => {
    const ids = faults.map(({ id }) => id);
    expect(ids).toEqual([...new Set(ids)].toSorted());
    expect(faults.filter(({ run, title }) => typeof run !== 'function' || !title)).toEqual([]);
    expect(ids.length).toBeGreaterThan(35);
  });
});
