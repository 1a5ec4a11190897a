import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const folder = new URL('../../src/django-bridge/', import.meta.url);

describe('the bridge', () => {
  it('takes from the engine only what the package exports, as anybody could who writes another one', () => {
    const files = readdirSync(folder).filter((file) => file.endsWith('.ts'));
    const taken = files.flatMap((file) =>
      [...readFileSync(new URL(file, folder), 'utf8').matchAll(/(?:from|import\()\s*'(\.[^']*)'/g)].map(
        ([, source]) => source!,
      ),
    );
    const outside = new Set(taken.filter((source) => !/^\.\/[\w-]+(\.[\w-]+)*\.js$/.test(source)));
    expect([...outside]).toEqual(['../index.js']);
  });
});
