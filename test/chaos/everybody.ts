import type { ResumingClient } from './client.js';
import { eventually } from './scenario.js';

type Everybody = readonly Pick<ResumingClient, 'closes' | 'isWhole'>[];

/** Resolves when all of them are in, and have all that they should: after how many milliseconds, or never. */
export function everybodyWhole(clients: Everybody, withinMs: number): Promise<number | undefined> {
  return eventually(() => clients.every(({ isWhole }) => isWhole), withinMs);
}

/** What becomes, from now on, of the connections that they have. */
export function connectionsOf(clients: Everybody) {
  const before = clients.map(({ closes }) => closes.length);
  return {
    allKept: () => clients.every(({ closes }, index) => closes.length === before[index]),
    allLost: () => clients.every(({ closes }, index) => closes.length !== before[index]),
  };
}
