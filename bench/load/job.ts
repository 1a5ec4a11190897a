/** What the generator is told, and what it tells. Both travel between processes as JSON. */

/** `chat`: the subprotocol chat.v1. `events`: `{event, data}` without acknowledgements. */
export type DialectName = 'chat' | 'events' | 'socket.io';

export interface Target {
  port: number;
  dialect: DialectName;
}

export interface CrowdShape {
  rooms: number;
  /** Members of each room. */
  members: number;
  /** Connections in no room that send; 0: the members send, all of them in turn. */
  senders: number;
}

export type Work =
  | { kind: 'open-loop'; crowd: CrowdShape; firstRate: number; seconds: number; precision: number }
  /** `watched`: what the server says of itself is taken for the time of the traffic alone, without the way there. */
  | { kind: 'paced'; crowd: CrowdShape; rate: number; seconds: number; watched?: boolean }
  | { kind: 'closed-loop'; crowd: CrowdShape; inFlight: number; seconds: number }
  | { kind: 'idle'; connections: number; rooms: number }
  | { kind: 'handshakes'; concurrency: number; seconds: number }
  | { kind: 'stored'; senders: number; seconds: number };

export interface Job {
  target: Target;
  work: Work;
  seed: number;
}

/** `capped`: the generator used over 90 % of its core, so the server may be able to do more. */
export interface Measured {
  values: Record<string, number>;
  capped: boolean;
  /** The largest share of its core that the generator used. */
  generatorCpu: number;
}

export type FromLoad =
  { type: 'sample' } | { type: 'done'; measured: Measured } | { type: 'invalid'; reason: string };

export type ToLoad = { type: 'job'; job: Job } | { type: 'sampled'; value: number };

/** A server that lost, doubled or reordered a message, or hung up: the round counts for nothing. */
export class InvalidRound extends Error {}

export const CAPPED_AT = 0.9;
