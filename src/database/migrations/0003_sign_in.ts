import { type ColumnDataType, type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';
import type { Dialect } from '../database.contract.js';

/**
 * Passwords, profiles and what an administrator may do. `user`, `session`, `twoFactor` and `apikey` are spelt as Better
 * Auth and its plugins expect; the others are ours.
 */
export function signIn(dialect: Dialect): Migration {
  const postgres = dialect === 'postgres';
  const instant: ColumnDataType = postgres ? 'timestamptz' : 'date';
  const flag: ColumnDataType = postgres ? 'boolean' : 'integer';
  const no = postgres ? sql`false` : sql`0`;
  const bytes: ColumnDataType = postgres ? 'bytea' : 'blob';

  return {
    async up(db: Kysely<unknown>): Promise<void> {
      // SQLite adds one column at a time.
      for (const text of ['username', 'status', 'role', 'banReason'])
        await db.schema.alterTable('user').addColumn(text, 'text').execute();
      for (const is of ['twoFactorEnabled', 'banned', 'disabled'])
        await db.schema.alterTable('user').addColumn(is, flag).execute();
      await db.schema.alterTable('user').addColumn('banExpires', instant).execute();
      await db.schema.createIndex('user_username_uidx').unique().on('user').column('username').execute();
      await db.schema.alterTable('person').addColumn('picture', 'text').execute();

      // Names that look alike are one name, and belong to one person.
      await db.schema
        .createTable('takenName')
        .addColumn('skeleton', 'text', (skeleton) => skeleton.primaryKey().notNull())
        .addColumn('userId', 'text', (user) => user.notNull().references('user.id').onDelete('cascade'))
        .execute();
      await db.schema.createIndex('takenName_userId_idx').on('takenName').column('userId').execute();

      // One row: whoever registered first. Two at the same moment cannot both write it.
      await db.schema
        .createTable('founder')
        .addColumn('place', 'integer', (place) => place.primaryKey().notNull())
        .addColumn('userId', 'text', (user) => user.notNull())
        .execute();

      await db.schema
        .createTable('picture')
        .addColumn('id', 'text', (id) => id.primaryKey().notNull())
        .addColumn('userId', 'text', (user) => user.notNull().references('user.id').onDelete('cascade'))
        .addColumn('type', 'text', (type) => type.notNull())
        .addColumn('bytes', bytes, (content) => content.notNull())
        .addColumn('createdAt', instant, (at) => at.notNull())
        .execute();
      await db.schema.createIndex('picture_userId_idx').on('picture').column('userId').execute();

      await db.schema
        .createTable('twoFactor')
        .addColumn('id', 'text', (id) => id.primaryKey().notNull())
        .addColumn('secret', 'text', (secret) => secret.notNull())
        .addColumn('backupCodes', 'text', (codes) => codes.notNull())
        .addColumn('userId', 'text', (user) => user.notNull().references('user.id').onDelete('cascade'))
        .addColumn('verified', flag)
        .addColumn('failedVerificationCount', 'integer')
        .addColumn('lockedUntil', instant)
        .execute();
      await db.schema.createIndex('twoFactor_secret_idx').on('twoFactor').column('secret').execute();
      await db.schema.createIndex('twoFactor_userId_idx').on('twoFactor').column('userId').execute();

      await db.schema
        .createTable('apikey')
        .addColumn('id', 'text', (id) => id.primaryKey().notNull())
        .addColumn('configId', 'text', (config) => config.notNull())
        .addColumn('name', 'text')
        .addColumn('start', 'text')
        .addColumn('referenceId', 'text', (user) => user.notNull())
        .addColumn('prefix', 'text')
        .addColumn('key', 'text', (key) => key.notNull())
        .addColumn('refillInterval', 'integer')
        .addColumn('refillAmount', 'integer')
        .addColumn('lastRefillAt', instant)
        .addColumn('enabled', flag)
        .addColumn('rateLimitEnabled', flag)
        .addColumn('rateLimitTimeWindow', 'integer')
        .addColumn('rateLimitMax', 'integer')
        .addColumn('requestCount', 'integer')
        .addColumn('remaining', 'integer')
        .addColumn('lastRequest', instant)
        .addColumn('expiresAt', instant)
        .addColumn('createdAt', instant, (at) => at.notNull())
        .addColumn('updatedAt', instant, (at) => at.notNull())
        .addColumn('permissions', 'text')
        .addColumn('metadata', 'text')
        .execute();
      await db.schema.createIndex('apikey_configId_idx').on('apikey').column('configId').execute();
      await db.schema.createIndex('apikey_referenceId_idx').on('apikey').column('referenceId').execute();
      await db.schema.createIndex('apikey_key_idx').on('apikey').column('key').execute();
      await sql`update ${sql.table('user')} set ${sql.ref('banned')} = ${no}, ${sql.ref('disabled')} = ${no}`.execute(
        db,
      );
    },
  };
}
