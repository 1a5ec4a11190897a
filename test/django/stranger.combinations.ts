import type { Combination } from './stranger.js';

const wires = [
  { layer: 'core', format: 'msgpack' },
  { layer: 'core', format: 'json' },
  { layer: 'pubsub', format: 'msgpack' },
] as const;
const keys = ['new', 'old'];
const secrets: Pick<Combination, 'keys' | 'ourKeys'>[] = [{}, { keys }, { keys, ourKeys: keys.toReversed() }];
/** The one that all sites have, the longest that Django takes as it is, and one that it has no name for. */
export const rooms = ['lobby', 'A-_9'.repeat(16), 'комната_漢字'] as const;

export type Case = Combination & { hosts: number };

/** All of them. Rooms go round: which one it is has little to do with the rest. */
export const combinations: Case[] = wires
  .flatMap((wire) => secrets.map((secret) => ({ ...wire, ...secret })))
  .flatMap((wire) => [1, 2].map((hosts) => ({ ...wire, hosts })))
  .flatMap((wire) => [1, 2].map((processes) => ({ ...wire, processes })))
  .map((wire, n) => ({ ...wire, room: rooms[(n + Math.floor(n / 3)) % rooms.length]! }));

export const nameOf = ({ layer, format, keys: theirs, ourKeys, hosts, processes, room }: Case) => {
  const secret = !theirs ? 'plain' : ourKeys ? 'encrypted, keys in another order' : 'encrypted';
  return `${layer}, ${format}, ${secret}, hosts: ${hosts}, processes of ours: ${processes}, in ${room}`;
};

/** Where the product is too much: every value of each. */
export const some: Case[] = [
  { ...wires[0], ...secrets[0], hosts: 1, processes: 1, room: rooms[0] },
  { ...wires[1], ...secrets[2], hosts: 2, processes: 2, room: rooms[1] },
  { ...wires[2], ...secrets[1], hosts: 2, processes: 1, room: rooms[2] },
];
