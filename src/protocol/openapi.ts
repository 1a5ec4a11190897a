import { type ErrorCode, errorStatus } from './codes.js';
import { componentSchemas, type DocumentInfo, type JsonSchema, schemaRef } from './json-schema.js';
import { authPaths, authSchemas } from './openapi.auth-paths.js';
import { type Operation, own, paths } from './openapi.paths.js';
import { roomPaths, roomSchemas } from './openapi.room-paths.js';

/** What stands in braces in a path. */
const pathParameters: Record<string, object> = {
  room: schemaRef('RoomName'),
  id: { type: 'string', minLength: 1, maxLength: 64, description: 'The message' },
  emoji: schemaRef('Emoji'),
  user: { type: 'string', minLength: 1, maxLength: 64, description: 'The id of a person, or `me`' },
  token: { type: 'string', minLength: 1, maxLength: 100 },
};

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

/** A status that may come from Better Auth too has both shapes. */
function refusal(meaning: string, codes: ErrorCode[], status: number) {
  const content = { 'application/json': { schema: schemaRef('AuthRefusal') } };
  const ours = problem(status, codes);
  if (codes.length === 0) return { ...ours, description: meaning, content };
  return {
    ...ours,
    description: `${meaning}; ${ours.description}`,
    content: { ...content, ...ours.content },
  };
}

function responses({ answers, errors, body, refusals = {} }: Operation<string>) {
  const byStatus = Map.groupBy(new Set(errors), (code) => errorStatus[code]);
  return {
    ...Object.fromEntries(
      Object.entries(answers).map(([status, [description, id]]) => {
        const schema = id ? schemaRef(id) : { type: 'object' };
        const content = { 'application/json': { schema } };
        return [status, status === '204' ? { description } : { description, content }];
      }),
    ),
    ...Object.fromEntries([...byStatus].map(([status, codes]) => [status, problem(status, codes)])),
    ...Object.fromEntries(
      Object.entries(refusals).map(([status, meaning]) => [
        status,
        refusal(
          meaning,
          byStatus.get(Number(status) as (typeof errorStatus)[ErrorCode]) ?? [],
          Number(status),
        ),
      ]),
    ),
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

function operation(path: string, given: Operation<string>, schemas: Record<string, JsonSchema>) {
  const { id, summary, description, tag, query, body } = given;
  const parameters = [
    ...[...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => ({
      name,
      in: 'path',
      required: true,
      schema: pathParameters[name],
    })),
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
    ...(tag === 'operation' || tag === 'documents' ? { security: [] } : {}),
  };
}

/** The OpenAPI 3.1 document of the HTTP API, derived from the schemas that the server checks with. */
export function buildOpenApi(info: DocumentInfo) {
  const schemas = componentSchemas({ ...own, ...roomSchemas, ...authSchemas }, 'draft-2020-12');
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
      Object.entries({ ...paths, ...roomPaths, ...authPaths }).map(([path, item]) => [
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
