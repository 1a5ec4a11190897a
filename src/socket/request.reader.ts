import { ChatError, PlainRequest, RequestFrame } from '../protocol/index.js';
import type { Connection, CurrentRequest } from './connection.js';
import { parseGuarded } from './json-guard.js';
import { plainRequest } from './plain-dialect.js';
import { hasProtoKeys } from './protocol-validation.js';

/**
 * Text → request. Throws `bad_json` or `bad_schema`. Where the text says which `id` waits for an answer, `request` has it
 * even then.
 */
export function readRequest(connection: Connection, text: string, request: CurrentRequest): RequestFrame {
  const json = parseGuarded(text);
  if (connection.dialect === 'plain') return readPlain(connection, json);
  const id = (json as { id?: unknown } | null)?.id;
  // The id is taken before the shape is judged: a refusal should reach the caller that waits for it.
  if (Number.isSafeInteger(id) && (id as number) >= 0) request.id = id as number;
  if (isRequest(json)) return { event: json.event, id: json.id, data: json.data ?? {} };
  throw refusalOf(json);
}

function readPlain(connection: Connection, json: unknown): RequestFrame {
  const plain = PlainRequest.safeParse(json);
  if (!plain.success || hasProtoKeys(json)) throw new ChatError('bad_schema', 'send {"message": "<text>"}');
  return plainRequest(connection, plain.data);
}

/** `RequestFrame` by hand, which every request pays for; what is not accepted here, the schema itself explains. */
function isRequest(json: unknown): json is { event: string; id?: number; data?: Record<string, unknown> } {
  if (!isObject(json)) return false;
  for (const key in json) if (key !== 'event' && key !== 'id' && key !== 'data') return false;
  const { event, id, data } = json;
  if (typeof event !== 'string' || event.length === 0 || event.length > 64) return false;
  if (id !== undefined && !(Number.isSafeInteger(id) && (id as number) >= 0)) return false;
  return data === undefined || (isObject(data) && !hasProtoKeys(data));
}

function refusalOf(json: unknown): ChatError {
  const frame = RequestFrame.safeParse(json);
  // Schemas drop such a key in silence; here it is refused like every unknown field.
  if (frame.success) return new ChatError('bad_schema', 'unknown field');
  const [issue] = frame.error.issues;
  return new ChatError('bad_schema', [issue?.path.join('.'), issue?.message].filter(Boolean).join(': '));
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
