/**
 * Every code an outsider may rely on. No imports: the browser, the server and the tests share this file.
 */

/** What a refusal is called on the socket and in `application/problem+json`, with its HTTP status. */
export const errorStatus = {
  /** The frame or body is not JSON. */
  bad_json: 400,
  /** The shape is wrong: a field missing, unknown, or of the wrong type. */
  bad_schema: 400,
  /** No handler for this event. */
  unknown_type: 400,
  /** Not a room name: 1–64 Unicode letters, digits, `_`, `-`, in NFC. */
  bad_room: 400,
  /** Not a person's name. */
  bad_name: 400,
  /** The text is longer than the limit. The socket stays open. */
  too_long: 400,
  /** The request needs a room that this connection has not joined. */
  not_joined: 400,
  /** Neither cookie nor bearer, or one that is malformed, expired or revoked. */
  unauthenticated: 401,
  forbidden: 403,
  /** Not there, or not for the caller to know of. */
  not_found: 404,
  method_not_allowed: 405,
  /** The name is in use. */
  taken: 409,
  /** What was uploaded has too many bytes or points. */
  too_large: 413,
  uri_too_long: 414,
  /** What was uploaded is of no type that is taken. */
  bad_type: 415,
  /** Carries `retryAfterMs`. */
  rate_limited: 429,
  /** A fault of ours; logged here, never shown. */
  internal: 500,
  /** The queue is full. Nothing was stored; carries `retryAfterMs`. */
  busy: 503,
  /** The database cannot be reached. Whether the message was stored is unknown: repeat with the same `clientId`. */
  unavailable: 503,
} as const;

export type ErrorCode = keyof typeof errorStatus;

/** 4000–4499: reconnect. 4500–4999: do not. */
export const CloseCode = {
  normal: 1000,
  goingAway: 1001,
  protocolError: 1002,
  unsupportedData: 1003,
  invalidPayload: 1007,
  policy: 1008,
  tooBig: 1009,
  internal: 1011,
  restarting: 1012,
  overloaded: 1013,
  reconnect: 4000,
  tooSlow: 4001,
  noPong: 4002,
  positionLost: 4003,
  rateLimitIgnored: 4005,
  badFrames: 4500,
  signedOut: 4501,
  banned: 4502,
  removed: 4503,
  clientTooOld: 4505,
} as const;

export type CloseCode = (typeof CloseCode)[keyof typeof CloseCode];

/** Whether a client may come back by itself after its socket was closed with `code`. */
export function mayReconnect(code: number): boolean {
  return code < 4500 || code > 4999;
}

/** The subprotocol of the rich dialect. Without it a socket speaks the plain one. */
export const SUBPROTOCOL = 'chat.v1';
