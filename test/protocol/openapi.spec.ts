import { Validator } from '@seriousme/openapi-schema-validator';
import { describe, expect, it } from 'vitest';
import { errorStatus } from '../../src/protocol/codes.js';
import { authRoutes } from '../../src/auth/auth.routes.js';
import { buildOpenApi } from '../../src/protocol/openapi.js';
import { startChat } from '../../src/testing/index.js';
import { danglingReferences } from './document-references.js';

const document = buildOpenApi({ title: 'Chat', version: '1.2.3', origin: 'https://chat.example.org' });

interface Layer {
  route?: { path: string; methods: Record<string, boolean> };
}
interface Answer {
  content?: Record<string, { schema: { allOf?: [unknown, { properties: { code: { enum: string[] } } }] } }>;
}
const operations = Object.entries(document.paths).flatMap(([path, item]) =>
  Object.entries(item).map(([method, operation]) => ({
    name: `${method.toUpperCase()} ${path}`,
    ...operation,
  })),
);
const operation = (name: string) => {
  const found = operations.find((candidate) => candidate.name === name);
  if (!found) throw new Error(`no ${name}`);
  return found;
};
const codesOf = (answer: unknown) =>
  (answer as Answer).content?.['application/problem+json']?.schema.allOf?.[1].properties.code.enum ?? [];

describe('the OpenAPI document', () => {
  it('is OpenAPI 3.1 without an error', async () => {
    const result = await new Validator().validate(JSON.parse(JSON.stringify(document)));
    expect(result.errors ?? []).toEqual([]);
    expect(result.valid).toBe(true);
    expect(document.openapi).toBe('3.1.0');
  });

  it('describes every address of the API', () => {
    expect(operations.map(({ name }) => name)).toEqual([
      'GET /api/rooms',
      'POST /api/rooms',
      'GET /api/rooms/{room}/messages',
      'POST /api/rooms/{room}/messages',
      'GET /api/rooms/{room}/events',
      'PATCH /api/rooms/{room}/messages/{id}',
      'DELETE /api/rooms/{room}/messages/{id}',
      'PUT /api/rooms/{room}/messages/{id}/reactions/{emoji}',
      'DELETE /api/rooms/{room}/messages/{id}/reactions/{emoji}',
      'GET /api/me',
      'POST /api/me',
      'GET /health/live',
      'GET /health/ready',
      'GET /api/openapi.json',
      'GET /api/asyncapi.json',
      'GET /api/rooms/{room}',
      'PATCH /api/rooms/{room}',
      'GET /api/rooms/{room}/members',
      'PUT /api/rooms/{room}/members/{user}',
      'DELETE /api/rooms/{room}/members/{user}',
      'GET /api/rooms/{room}/bans',
      'PUT /api/rooms/{room}/bans/{user}',
      'DELETE /api/rooms/{room}/bans/{user}',
      'PUT /api/rooms/{room}/mutes/{user}',
      'DELETE /api/rooms/{room}/mutes/{user}',
      'GET /api/rooms/{room}/invites',
      'POST /api/rooms/{room}/invites',
      'DELETE /api/rooms/{room}/invites/{id}',
      'POST /api/invites/{token}',
      'POST /api/auth/sign-up/email',
      'POST /api/auth/sign-in/username',
      'POST /api/auth/sign-in/anonymous',
      'GET /api/auth/get-session',
      'POST /api/auth/sign-out',
      'POST /api/auth/revoke-sessions',
      'POST /api/auth/revoke-other-sessions',
      'POST /api/auth/change-password',
      'POST /api/auth/two-factor/enable',
      'POST /api/auth/two-factor/disable',
      'POST /api/auth/two-factor/verify-totp',
      'POST /api/auth/two-factor/verify-backup-code',
      'POST /api/auth/two-factor/generate-backup-codes',
      'POST /api/auth/api-key/create',
      'GET /api/auth/api-key/list',
      'POST /api/auth/sign-in/social',
      'GET /api/admin/audit',
    ]);
    expect(new Set(operations.map(({ operationId }) => operationId)).size).toBe(operations.length);
  });

  it('has every route of the API that a server has, and no other', async () => {
    await using chat = await startChat();
    const { router } = chat.app.getHttpAdapter().getInstance() as { router: { stack: Layer[] } };
    const served = router.stack.flatMap(({ route }) =>
      Object.keys(route?.methods ?? {}).map((method) => `${method.toUpperCase()} ${route?.path ?? ''}`),
    );
    const described = operations.map(({ name }) => name.replaceAll(/\{(\w+)\}/g, ':$1'));
    const isOurs = (name: string) => / \/(api\/(?!auth\/)|health)/.test(name);
    expect(served.filter(isOurs).toSorted()).toEqual(described.filter(isOurs).toSorted());
  });

  it('has every route of the accounts that is served, by its method, but the one that other services call', () => {
    const described = operations.map(({ name }) => name.replace('/api/auth', ''));
    const served = [...authRoutes].map(([path, method]) => `${method} ${path}`);
    for (const route of served.filter((name) => name !== 'GET /callback/oidc'))
      expect(described).toContain(route);
    const accounts = operations.filter(({ tags }) => tags.includes('accounts'));
    expect(accounts).toHaveLength(served.length - 1);
  });

  it('refers only to what is in it', () => {
    expect(danglingReferences(document)).toEqual([]);
  });

  it('says of each refusal under which status it comes, with its codes, as a problem', () => {
    for (const { name, responses } of operations)
      for (const [status, answer] of Object.entries(responses).filter(([status]) => status !== '413'))
        for (const code of codesOf(answer)) expect(errorStatus, name).toHaveProperty(code, Number(status));
    const { responses } = operation('POST /api/rooms/{room}/messages');
    const answers: Record<string, unknown> = responses;
    expect(codesOf(answers['400'])).toEqual(expect.arrayContaining(['bad_json', 'bad_schema', 'too_long']));
    expect(codesOf(answers['503'])).toEqual(expect.arrayContaining(['busy', 'unavailable']));
    expect(answers['429']).toHaveProperty(['headers', 'Retry-After']);
  });

  it('tells a message stored now from one stored before', () => {
    expect(Object.keys(operation('POST /api/rooms/{room}/messages').responses)).toEqual(
      expect.arrayContaining(['200', '201']),
    );
  });

  it('gives a page of history the limits that the server checks', () => {
    expect(operation('GET /api/rooms/{room}/messages').parameters).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ name: 'room', in: 'path', required: true }),
        expect.objectContaining({ name: 'before', in: 'query', required: false }),
        expect.objectContaining({
          name: 'limit',
          required: false,
          schema: { type: 'integer', minimum: 1, maximum: 100, default: 50 },
        }),
      ]),
    );
  });

  it('needs no sign-in for health and for itself', () => {
    for (const name of ['GET /health/live', 'GET /health/ready', 'GET /api/openapi.json'])
      expect(operation(name)).toHaveProperty('security', []);
    expect(operation('GET /api/rooms')).not.toHaveProperty('security');
  });
});
