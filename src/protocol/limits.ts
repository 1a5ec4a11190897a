/** Limits a client is told in `welcome`; each is an environment variable on the server. */
export interface Limits {
  /** Bytes of one frame. */
  frameBytes: number;
  /** Characters (UTF-16 units, as a browser counts them) of one message's text. */
  textLength: number;
  /** Sends a second, sustained, and how many may come at once. */
  sendsPerSecond: number;
  sendBurst: number;
}

export const defaultLimits: Limits = {
  frameBytes: 16_384,
  textLength: 4_000,
  sendsPerSecond: 5,
  sendBurst: 20,
};

/** Messages on the server-rendered page, and in one page of history where `limit` is not given. */
export const PAGE_SIZE = 50;
export const MAX_PAGE_SIZE = 100;
/** Different emojis on one message. */
export const MAX_REACTION_KINDS = 20;
