import { randomBytes } from 'node:crypto';
import { dirname, resolve } from 'node:path';
import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { Audit } from '../audit/audit.js';
import { type Auth, type AuthOptions, createAuth } from '../auth/better-auth.js';
import { loadSecret } from '../auth/secret.js';
import type { Env } from '../config/env.js';
import { type Database, openDatabase } from '../database/database.js';
import { migrate } from '../database/migrate.js';
import { createRoomLog } from '../log/create.room-log.js';
import type { RoomMembers } from '../log/room-members.js';
import type { RoomDirectory, RoomLog } from '../log/room-log.js';

/** What is kept, opened once and closed last. */
@Injectable()
export class Storage implements OnApplicationShutdown {
  private constructor(
    readonly database: Database,
    readonly log: RoomLog,
    readonly rooms: RoomDirectory,
    readonly members: RoomMembers,
    readonly auth: Auth,
    readonly audit: Audit,
  ) {}

  /** Opens the database, brings its tables up to date, and makes what lives in it. */
  static async open(env: Env): Promise<Storage> {
    const database = await openDatabase({ url: env.DATABASE_URL, pool: env.DATABASE_POOL });
    try {
      await migrate(database);
      const { log, rooms, members } = createRoomLog(database);
      const audit = new Audit();
      const auth = createAuth({
        database,
        audit,
        secret: await secretOf(env),
        ...(env.PUBLIC_URL && { baseURL: env.PUBLIC_URL }),
        trustedOrigins: env.ALLOWED_ORIGINS,
        guests: env.GUESTS,
        rateLimit: env.RATE_LIMIT,
        twoFactor: env.TWO_FACTOR,
        apiKeys: env.API_KEYS,
        ...oidcOf(env),
      });
      return new Storage(database, log, rooms, members, auth, audit);
    } catch (error) {
      await database.close();
      throw error;
    }
  }

  async onApplicationShutdown(): Promise<void> {
    await this.database.close();
  }
}

function oidcOf(env: Env): Pick<AuthOptions, 'oidc'> {
  const { OIDC_ISSUER: issuer, OIDC_CLIENT_ID: clientId, OIDC_CLIENT_SECRET: clientSecret } = env;
  return issuer && clientId && clientSecret
    ? { oidc: { issuer, clientId, clientSecret, name: env.OIDC_NAME } }
    : {};
}

/** Left beside the database file. What is in memory ends with the process, and so do its sign-ins. */
async function secretOf(env: Env): Promise<string> {
  const file = env.DATABASE_URL.replace(/^sqlite:(\/\/)?/, '');
  return file === ':memory:'
    ? (env.AUTH_SECRET ?? randomBytes(32).toString('base64url'))
    : loadSecret(env, dirname(resolve(file)));
}
