import { z } from 'zod';
import { type ErrorCode, errorStatus } from './codes.js';
import { CreateRoom, HistoryQuery, PostMessage, Rename, RoomList, RoomSummary } from './http.js';
import { componentSchemas, type DocumentInfo, type JsonSchema, schemaRef } from './json-schema.js';

/** One operation, as short as it can be said; `operation` spells it out. */
interface Operation {
  id: string;
  summary: string;
  description?: string;
  tag: 'rooms' | 'people' | 'operation' | 'documents';
  query?: keyof typeof own;
  body?: keyof typeof own;
  /** Status to what it means and the schema of its body; no schema: any JSON object. */
  answers: Record<number, [meaning: string, schema?: string]>;
  errors: ErrorCode[];
}

const own = {
  RoomList,
  CreateRoom,
  CreatedRoom: RoomSummary.pick({ room: true, title: true, topic: true }),
  HistoryQuery,
  PostMessage,
  Rename,
  Live: z.object({ status: z.literal('up') }),
  Ready: z.object({
    status: z.enum(['up', 'degraded', 'down']),
    database: z.enum(['up', 'down']),
    channelLayer: z.string(),
    draining: z.boolean(),
  }),
};

/** What any call may be answered with; then any that writes; then any that names a room. */
const ANY: ErrorCode[] = ['unauthenticated', 'rate_limited', 'internal', 'unavailable'];
const WRITE: ErrorCode[] = ['bad_json', 'bad_schema', 'forbidden', ...ANY];

const paths: Record<string, { get?: Operation; post?: Operation }> = {
  '/api/rooms': {
    get: {
      id: 'listRooms',
      summary: 'Public rooms',
      tag: 'rooms',
      answers: { 200: ['The rooms', 'RoomList'] },
      errors: ANY,
    },
    post: {
      id: 'createRoom',
      summary: 'Creates a public room',
      tag: 'rooms',
      body: 'CreateRoom',
      answers: { 201: ['Created', 'CreatedRoom'] },
      errors: ['bad_room', 'taken', ...WRITE],
    },
  },
  '/api/rooms/{room}/messages': {
    get: {
      id: 'readHistory',
      summary: 'A page of history, ascending by `seq`',
      description:
        '`before` and `after` exclude each other; without either it is the newest page. Creates no room.',
      tag: 'rooms',
      query: 'HistoryQuery',
      answers: { 200: ['The page', 'HistoryPage'] },
      errors: ['bad_schema', 'bad_room', 'not_found', ...ANY],
    },
    post: {
      id: 'postMessage',
      summary: 'Stores a message',
      description:
        'Answered once it is stored. After `unavailable`, or no answer, repeat with the same `clientId`: it is stored once.',
      tag: 'rooms',
      body: 'PostMessage',
      answers: { 201: ['Stored', 'Sent'], 200: ['Had been stored before: `dup` is true', 'Sent'] },
      errors: ['bad_room', 'too_long', 'not_found', 'busy', ...WRITE],
    },
  },
  '/api/me': {
    get: {
      id: 'me',
      summary: 'Who the caller is',
      tag: 'people',
      answers: { 200: ['The caller', 'Me'] },
      errors: ANY,
    },
    post: {
      id: 'rename',
      summary: 'Changes what the caller is called',
      tag: 'people',
      body: 'Rename',
      answers: { 200: ['The caller, by the new name', 'Me'] },
      errors: ['bad_name', ...WRITE],
    },
  },
  '/health/live': {
    get: {
      id: 'live',
      summary: 'Whether the process runs',
      tag: 'operation',
      answers: { 200: ['It does', 'Live'] },
      errors: [],
    },
  },
  '/health/ready': {
    get: {
      id: 'ready',
      summary: 'Whether it can serve',
      tag: 'operation',
      answers: {
        200: ['It can; `degraded` where Redis is lost', 'Ready'],
        503: ['Starting, draining, or without the database', 'Ready'],
      },
      errors: [],
    },
  },
  '/api/openapi.json': {
    get: {
      id: 'openapi',
      summary: 'This document',
      tag: 'documents',
      answers: { 200: ['OpenAPI 3.1'] },
      errors: [],
    },
  },
  '/api/asyncapi.json': {
    get: {
      id: 'asyncapi',
      summary: 'The socket',
      tag: 'documents',
      answers: { 200: ['AsyncAPI 3'] },
      errors: [],
    },
  },
};

const roomParameter = { name: 'room', in: 'path', required: true, schema: schemaRef('RoomName') };

const retryAfter = { 'Retry-After': { schema: { type: 'integer', minimum: 0 }, description: 'Seconds' } };

function problem(status: number, codes: ErrorCode[]) {
  return {
    description: codes.map((code) => `\`${code}\``).join(', '),
    ...(status === 429 || status === 503 ? { headers: retryAfter } : {}),
    content: {
      'application/problem+json': {
        schema: { allOf: [schemaRef('Problem'), { type: 'object', properties: { code: { enum: codes } } }] },
      },
    },
  };
}

function responses({ answers, errors, body }: Operation) {
  const byStatus = Map.groupBy(new Set(errors), (code) => errorStatus[code]);
  return {
    ...Object.fromEntries(
      Object.entries(answers).map(([status, [description, id]]) => {
        const schema = id ? schemaRef(id) : { type: 'object' };
        return [status, { description, content: { 'application/json': { schema } } }];
      }),
    ),
    ...Object.fromEntries([...byStatus].map(([status, codes]) => [status, problem(status, codes)])),
    // What is too large to be read is refused before anybody knows what it is.
    ...(body ? { 413: problem(413, ['too_long']) } : {}),
  };
}

/** The fields of a query's schema, as the parameters OpenAPI wants them to be. */
function queryParameters(schema: JsonSchema) {
  const required = new Set(schema['required'] as string[] | undefined);
  return Object.entries(schema['properties'] as Record<string, JsonSchema>).map(([name, field]) => ({
    name,
    in: 'query',
    required: required.has(name),
    schema: field,
  }));
}

function operation(path: string, given: Operation, schemas: Record<string, JsonSchema>) {
  const { id, summary, description, tag, query, body } = given;
  const parameters = [
    ...(path.includes('{room}') ? [roomParameter] : []),
    ...(query ? queryParameters(schemas[query] ?? {}) : []),
  ];
  return {
    operationId: id,
    summary,
    ...(description ? { description } : {}),
    tags: [tag],
    ...(parameters.length > 0 ? { parameters } : {}),
    ...(body
      ? { requestBody: { required: true, content: { 'application/json': { schema: schemaRef(body) } } } }
      : {}),
    responses: responses(given),
    // Health and documents are open to everybody.
    ...(tag === 'rooms' || tag === 'people' ? {} : { security: [] }),
  };
}

/** The OpenAPI 3.1 document of the HTTP API, derived from the schemas that the server checks with. */
export function buildOpenApi(info: DocumentInfo) {
  const schemas = componentSchemas(own, 'draft-2020-12');
  return {
    openapi: '3.1.0',
    info: {
      title: info.title,
      version: info.version,
      description: 'Errors are `application/problem+json` (RFC 9457); their `code` is what to rely on.',
    },
    servers: [{ url: info.origin ?? '/' }],
    security: [{ bearer: [] }, { cookie: [] }, {}],
    paths: Object.fromEntries(
      Object.entries(paths).map(([path, item]) => [
        path,
        Object.fromEntries(
          Object.entries(item).map(([method, given]) => [method, operation(path, given, schemas)]),
        ),
      ]),
    ),
    components: {
      schemas,
      securitySchemes: {
        bearer: { type: 'http', scheme: 'bearer', description: "A session's signed token" },
        cookie: {
          type: 'apiKey',
          in: 'cookie',
          name: 'chat.session_token',
          description:
            'Over https it is called `__Host-chat.session_token`. Writing with it needs an allowed `Origin`.',
        },
      },
    },
  };
}
