import { describe, expect, it } from 'vitest';
import { lostInPeace, tally } from './tally.js';

describe('what is counted of what was said', () => {
  it('tells what is missing, there twice, or behind something later', () => {
    const said = ['a:0', 'a:1', 'a:2', 'b:0'];
    expect(tally(said, ['a:1', 'hello', 'a:0', 'b:0', 'b:0'])).toEqual({
      said: 4,
      arrived: 3,
      lost: ['a:2'],
      doubled: ['b:0'],
      misordered: ['a:0'],
    });
  });
});

describe('what was lost', () => {
  const ended = new Set(['dead']);
  const inPeace = (lost: string[], givenTo: Record<string, string[]>) =>
    lostInPeace(lost, new Map(Object.entries(givenTo)), ended);

  it('by a process that lives has no excuse', () => {
    expect(inPeace(['a:0'], { 'a:0': ['living'] })).toEqual(['a:0 (living)']);
  });

  it('may have ended with its process, and with it what came just before', () => {
    expect(
      inPeace(['a:1', 'a:2'], {
        'a:0': ['dead'],
        'a:1': ['dead'],
        'a:2': ['dead', 'living'],
        'a:3': ['living'],
      }),
    ).toEqual([]);
  });

  it('has no excuse where something later arrived from the same process', () => {
    expect(inPeace(['a:0'], { 'a:0': ['dead'], 'a:1': ['dead'] })).toEqual(['a:0 (dead)']);
    expect(inPeace(['a:0'], { 'a:0': ['dead'], 'b:1': ['dead'] })).toEqual([]);
  });

  it('is not contradicted by something later that another process may have brought', () => {
    expect(inPeace(['a:0'], { 'a:0': ['dead'], 'a:1': ['dead', 'living'] })).toEqual([]);
  });
});
