import { createHash } from 'node:crypto';
import type { Kysely } from 'kysely';
import type { AuthTables, Flag, Instant } from '../database/auth.tables.js';
import { columnsOf } from '../database/columns.js';
import type { Database } from '../database/database.contract.js';
import { ChatError } from '../protocol/index.js';
import type { Credentials } from './auth-provider.js';
import type { LiveSession } from './session.cache.js';
import { isShutOut, type Standing } from './standing.js';
import { userOf } from './user-row.js';

export const API_KEY_PREFIX = 'chat_';
const KEY = /^chat_[A-Za-z]{64}$/;
const BEARER = /^bearer +(chat_\S*)$/i;
/** How exactly one is told when a key was used last. */
const NOTED_MS = 3_600_000;
const CHECKED_MS = 60_000;

/** The key in `x-api-key`, or as a bearer; `undefined` where there is none. Throws where it cannot be one. */
export function apiKeyIn({ headers }: Credentials): string | undefined {
  const given = headers['x-api-key'] ?? BEARER.exec(headers.authorization ?? '')?.[1];
  if (given === undefined) return undefined;
  if (typeof given !== 'string' || !KEY.test(given))
    throw new ChatError('unauthenticated', 'this key is not valid');
  return given;
}

/** How Better Auth's plugin keeps a key. */
export function keyHash(key: string): string {
  return createHash('sha256').update(key).digest('base64url');
}

export interface KeyState extends Standing {
  enabled: Flag | null;
  expiresAt: Instant | null;
  isAnonymous: Flag | null;
}

/** Whether somebody may come in by it now. Guests have no keys: a key would outlive what makes them one. */
export function isUsableKey(key: KeyState, now: number): boolean {
  return Boolean(key.enabled) && !key.isAnonymous && endOf(key) > now && !isShutOut(key, now);
}

function endOf({ expiresAt }: Pick<KeyState, 'expiresAt'>): number {
  return expiresAt ? new Date(expiresAt).getTime() : Infinity;
}

/** Who a key stands for; `null` where it was revoked, is too old, or its person may not enter. */
export async function readApiKey(
  database: Pick<Database, 'dialect'>,
  tables: Kysely<AuthTables>,
  key: string,
): Promise<LiveSession | null> {
  const row = await tables
    .selectFrom('apikey')
    .innerJoin('user', 'user.id', 'apikey.referenceId')
    .selectAll('user')
    .select(['apikey.id as keyId', 'apikey.enabled', 'apikey.expiresAt', 'apikey.lastRequest'])
    .where('apikey.key', '=', keyHash(key))
    .executeTakeFirst();
  const now = Date.now();
  if (!row || !isUsableKey(row, now)) return null;
  if (!row.lastRequest || now - new Date(row.lastRequest).getTime() > NOTED_MS) {
    const lastRequest = columnsOf(database.dialect).instant(new Date(now));
    await tables.updateTable('apikey').set({ lastRequest }).where('id', '=', row.keyId).execute();
  }
  const expiresAt = endOf(row);
  const end = Math.min(expiresAt, now + CHECKED_MS);
  return {
    id: `key:${row.keyId}`,
    user: userOf(row),
    expiresAt: end,
    absoluteEnd: expiresAt,
    renewed: false,
  };
}
