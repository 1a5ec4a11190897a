import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Kysely } from 'kysely';
import { afterAll, beforeAll, describe } from 'vitest';
import { createAuth, type AuthOptions } from '../../src/auth/better-auth.js';
import { SessionAuthProvider } from '../../src/auth/session.auth-provider.js';
import type { AuthTables } from '../../src/database/auth.tables.js';
import { openDatabase } from '../../src/database/database.js';
import { migrate } from '../../src/database/migrate.js';
import { startPostgres, type TestPostgres } from '../support/postgres.js';

export const secret = 'a test secret of more than thirty-two characters';

/** A place for a database that outlives the processes that use it. */
export interface Place extends AsyncDisposable {
  url: string;
}

export async function sqlitePlace(): Promise<Place> {
  const folder = await mkdtemp(join(tmpdir(), 'chat-auth-'));
  return {
    url: `sqlite:${join(folder, 'chat.db')}`,
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
}

/** The same promises on both databases; `place` gives an empty one. */
export function onEachDatabase(tests: (place: () => Promise<Place>) => void): void {
  describe('on SQLite', () => {
    tests(sqlitePlace);
  });
  describe('on PostgreSQL', () => {
    let server: TestPostgres;
    beforeAll(async () => {
      server = await startPostgres();
    });
    afterAll(() => server[Symbol.asyncDispose]());
    tests(async () => ({ url: await server.createDatabase(), [Symbol.asyncDispose]: async () => undefined }));
  });
}

/** What one process has of accounts, with a count of the statements it sends. */
export async function openAuth(place: Place, given: Partial<AuthOptions> = {}) {
  const database = await openDatabase({ url: place.url, pool: 4 });
  await migrate(database);
  let statements = 0;
  const kysely = database.kysely.withPlugin({
    transformQuery: ({ node }) => {
      statements += 1;
      return node;
    },
    transformResult: ({ result }) => Promise.resolve(result),
  });
  const counted = { dialect: database.dialect, kysely, attempt: database.attempt.bind(database) };
  const auth = createAuth({ database: counted, secret, guests: true, rateLimit: false, ...given });
  const tables: Kysely<AuthTables> = database.kysely.withTables<AuthTables>();
  return {
    auth,
    provider: new SessionAuthProvider(auth),
    database,
    tables,
    /** As a column of this database takes it. */
    instant: (at: Date) => (database.dialect === 'postgres' ? at : at.toISOString()),
    async statementsOf(work: () => Promise<unknown>): Promise<number> {
      const before = statements;
      await work();
      return statements - before;
    },
    [Symbol.asyncDispose]: () => database.close(),
  };
}

/** What a browser sends back after these `Set-Cookie` values. */
export function cookieOf(setCookies: readonly string[] | undefined): string {
  return (setCookies ?? []).map((value) => value.split(';')[0]).join('; ');
}

/** The signed token, as a program would use it. */
export function bearerOf(setCookies: readonly string[] | undefined): string {
  return `Bearer ${cookieOf(setCookies).replace(/^[^=]*=/, '')}`;
}
