import { StandardSchemaValidationPipe } from '@nestjs/common';
import { ChatError, errorStatus, type ErrorCode } from '../protocol/index.js';

/** What a schema of ours may say besides the standard: which code the refusal has. */
interface Issue {
  message: string;
  path?: readonly (PropertyKey | { key: PropertyKey })[];
  params?: { code?: unknown };
}

/** The first thing that is wrong, named by its path. The value itself is never repeated. */
export function refusalOf(issues: readonly Issue[]): ChatError {
  const [issue] = issues;
  const named = issues.find((each) => isCode(each.params?.code));
  if (named) return new ChatError(named.params?.code as ErrorCode, named.message);
  const path = (issue?.path ?? [])
    .map((part) => String(typeof part === 'object' ? part.key : part))
    .join('.');
  const message = issue?.message ?? 'wrong shape';
  return new ChatError('bad_schema', path ? `${path}: ${message}` : message);
}

function isCode(value: unknown): value is ErrorCode {
  return typeof value === 'string' && Object.hasOwn(errorStatus, value);
}

/** Keys by which objects reach their prototypes; no field of ours, or of anybody's, is called so. */
const PROTO_KEYS: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype']);

/** Whether such a key is anywhere in what `JSON.parse` made. */
export function hasProtoKeys(value: unknown): boolean {
  // No recursion: a body may be nested deeper than the stack.
  const left = [value];
  while (left.length > 0) {
    const next = left.pop();
    if (typeof next !== 'object' || next === null) continue;
    for (const key of Object.keys(next)) {
      if (PROTO_KEYS.has(key)) return true;
      const inner = (next as Record<string, unknown>)[key];
      if (typeof inner === 'object' && inner !== null) left.push(inner);
    }
  }
  return false;
}

class ProtocolValidationPipe extends StandardSchemaValidationPipe {
  /** Nest would drop such keys in silence; they are refused like every unknown field. */
  protected override stripProtoKeys(value: unknown): void {
    if (hasProtoKeys(value)) throw new ChatError('bad_schema', 'unknown field');
  }
}

/** Checks every parameter that names a schema, over HTTP, and in gateways that do not use `@OnRequest`. */
export const protocolValidation = new ProtocolValidationPipe({ exceptionFactory: refusalOf });
