import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { LongestFirst } from './longest-first.js';

export default defineConfig({
  root: fileURLToPath(new URL('..', import.meta.url)),
  // The examples import the package by its name.
  resolve: { alias: { 'nest-realtime-chat': fileURLToPath(new URL('../src/index.ts', import.meta.url)) } },
  // Legacy decorators, their metadata and the JSX runtime come from the tsconfig.json next to each file.
  test: {
    include: ['test/**/*.spec.{ts,tsx}'],
    pool: 'forks',
    // Tests start real servers, databases and browsers: two files at a time is what two cores carry.
    maxWorkers: 2,
    sequence: { sequencer: LongestFirst },
    testTimeout: 120_000,
    hookTimeout: 120_000,
    teardownTimeout: 10_000,
    allowOnly: false,
    passWithNoTests: false,
    retry: 0,
    // A machine that does other things too answers late; what does not come ends the wait all the same.
    expect: { poll: { timeout: 30_000 } },
  },
});
