import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { standsStill } from './faults/overload.js';
import { SITES } from './faults/server-errors.js';
import { mutants } from './mutants.js';

const patches = [
  ...mutants.flatMap(({ patches: each }) => each),
  standsStill,
  ...SITES.map(([file, find]) => ({ file, find })),
];

describe('what the chaos suite patches in a copy of the server', () => {
  it.each(patches)('is there once: $file, $find', ({ file, find }) => {
    const text = readFileSync(new URL(`../../dist/src/${file}`, import.meta.url), 'utf8');
    expect(text.split(find)).toHaveLength(2);
  });
});
