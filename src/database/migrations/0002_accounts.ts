import type { ColumnDataType, Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';
import type { Dialect } from '../database.contract.js';

/** What Better Auth 1.7 with its anonymous plugin expects, in its names. */
export function accounts(dialect: Dialect): Migration {
  const postgres = dialect === 'postgres';
  const instant: ColumnDataType = postgres ? 'timestamptz' : 'date';
  const flag: ColumnDataType = postgres ? 'boolean' : 'integer';

  return {
    async up(db: Kysely<unknown>): Promise<void> {
      await db.schema
        .createTable('user')
        .addColumn('id', 'text', (id) => id.primaryKey().notNull())
        .addColumn('name', 'text', (name) => name.notNull())
        .addColumn('email', 'text', (email) => email.notNull().unique())
        .addColumn('emailVerified', flag, (verified) => verified.notNull())
        .addColumn('image', 'text')
        .addColumn('createdAt', instant, (at) => at.notNull())
        .addColumn('updatedAt', instant, (at) => at.notNull())
        .addColumn('isAnonymous', flag)
        .execute();

      await db.schema
        .createTable('session')
        .addColumn('id', 'text', (id) => id.primaryKey().notNull())
        .addColumn('expiresAt', instant, (at) => at.notNull())
        .addColumn('token', 'text', (token) => token.notNull().unique())
        .addColumn('createdAt', instant, (at) => at.notNull())
        .addColumn('updatedAt', instant, (at) => at.notNull())
        .addColumn('ipAddress', 'text')
        .addColumn('userAgent', 'text')
        .addColumn('userId', 'text', (user) => user.notNull().references('user.id').onDelete('cascade'))
        .execute();

      await db.schema
        .createTable('account')
        .addColumn('id', 'text', (id) => id.primaryKey().notNull())
        .addColumn('accountId', 'text', (id) => id.notNull())
        .addColumn('providerId', 'text', (id) => id.notNull())
        .addColumn('userId', 'text', (user) => user.notNull().references('user.id').onDelete('cascade'))
        .addColumn('accessToken', 'text')
        .addColumn('refreshToken', 'text')
        .addColumn('idToken', 'text')
        .addColumn('accessTokenExpiresAt', instant)
        .addColumn('refreshTokenExpiresAt', instant)
        .addColumn('scope', 'text')
        .addColumn('password', 'text')
        .addColumn('createdAt', instant, (at) => at.notNull())
        .addColumn('updatedAt', instant, (at) => at.notNull())
        .execute();

      await db.schema
        .createTable('verification')
        .addColumn('id', 'text', (id) => id.primaryKey().notNull())
        .addColumn('identifier', 'text', (identifier) => identifier.notNull())
        .addColumn('value', 'text', (value) => value.notNull())
        .addColumn('expiresAt', instant, (at) => at.notNull())
        .addColumn('createdAt', instant, (at) => at.notNull())
        .addColumn('updatedAt', instant, (at) => at.notNull())
        .execute();

      // Named as Better Auth would, so that it finds them and adds no second ones.
      await db.schema.createIndex('session_userId_idx').on('session').column('userId').execute();
      await db.schema.createIndex('account_userId_idx').on('account').column('userId').execute();
      await db.schema
        .createIndex('verification_identifier_idx')
        .on('verification')
        .column('identifier')
        .execute();
      // For taking away what has ended.
      await db.schema.createIndex('session_expiresAt_idx').on('session').column('expiresAt').execute();
    },
  };
}
