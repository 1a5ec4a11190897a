import { APIError, isAPIError } from 'better-auth/api';
import { ChatError } from '../protocol/index.js';

/** A refusal of ours as Better Auth's routes answer; `field` names the input that is wrong. */
export function apiError(error: ChatError, field?: string): APIError {
  const { code, message, retryAfterMs, status } = error;
  const headers =
    retryAfterMs === undefined ? undefined : { 'retry-after': String(Math.ceil(retryAfterMs / 1000)) };
  return new APIError(status as ConstructorParameters<typeof APIError>[0], { code, message, field }, headers);
}

/** Runs work of ours inside a route of Better Auth. */
export async function inRoute<T>(work: () => Promise<T>, field?: string): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw error instanceof ChatError && !isAPIError(error) ? apiError(error, field) : error;
  }
}
