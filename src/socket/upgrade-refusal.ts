import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import type { ChatError, Problem } from '../protocol/index.js';

/** RFC 9457 of a refusal: the same body on HTTP and before the 101. */
export function problemOf(refusal: ChatError, status: number = refusal.status): Problem {
  return {
    type: 'about:blank',
    title: STATUS_CODES[status] ?? 'Error',
    status,
    code: refusal.code,
    detail: refusal.message,
    ...(refusal.retryAfterMs !== undefined && { retryAfterMs: refusal.retryAfterMs }),
  };
}

/** Answers an upgrade with valid HTTP, and closes. A peer that is gone by then is nobody's error. */
export function refuseUpgrade(
  socket: Duplex,
  refusal: ChatError,
  status: number,
  headers: Record<string, string>,
): void {
  if (!socket.writable) return void socket.destroy();
  const body = JSON.stringify(problemOf(refusal, status));
  const all: Record<string, string> = {
    Connection: 'close',
    'Content-Type': 'application/problem+json',
    'Content-Length': String(Buffer.byteLength(body)),
    'Cache-Control': 'no-store',
    ...(refusal.retryAfterMs !== undefined && {
      'Retry-After': String(Math.ceil(refusal.retryAfterMs / 1000)),
    }),
    ...headers,
  };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.once('finish', () => socket.destroy());
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${lines.join('')}\r\n${body}`);
}
