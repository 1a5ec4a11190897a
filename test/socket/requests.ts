import type { IncomingMessage } from 'node:http';
import { Env, resolveEnv } from '../../src/config/env.js';

/** As much of a request as the checks look at. */
export function requestOf(
  headers: Record<string, string>,
  { peer = '203.0.113.9', encrypted = false, method = 'GET' } = {},
): IncomingMessage {
  const rawHeaders = Object.entries(headers).flat();
  const socket = { remoteAddress: peer, encrypted };
  return { headers, rawHeaders, method, url: '/', socket } as unknown as IncomingMessage;
}

export function envOf(given: Partial<Env> = {}): Env {
  return resolveEnv(given);
}

/** `allowed`, or the code of the refusal. */
export function outcome(check: () => unknown): string {
  try {
    check();
    return 'allowed';
  } catch (error) {
    return (error as { code?: string }).code ?? String(error);
  }
}
