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
const PROTO_KEYS = ['__proto__', 'constructor', 'prototype'];

class ProtocolValidationPipe extends StandardSchemaValidationPipe {
  /** Nest would drop such keys in silence; they are refused like every unknown field. */
  protected override stripProtoKeys(value: unknown): void {
    // No recursion: a body may be nested deeper than the stack.
    const left = [value];
    while (left.length > 0) {
      const next = left.pop();
      if (typeof next !== 'object' || next === null) continue;
      if (PROTO_KEYS.some((key) => Object.hasOwn(next, key)))
        throw new ChatError('bad_schema', 'unknown field');
      left.push(...Object.values(next));
    }
  }
}

/** Checks every parameter that names a schema, on the socket and over HTTP. */
export const protocolValidation = new ProtocolValidationPipe({ exceptionFactory: refusalOf });
