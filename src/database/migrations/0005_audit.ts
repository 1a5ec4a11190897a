import { type ColumnDataType, type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';
import type { Dialect } from '../database.contract.js';

/** Before a row is so old, nobody who comes by this database's ordinary ways can take it away. */
const KEPT_MS = 90 * 86_400_000;

/** Security events: rows are added, none is ever changed, and only old ones are removed. */
export function audit(dialect: Dialect): Migration {
  const postgres = dialect === 'postgres';
  const whole: ColumnDataType = postgres ? 'bigint' : 'integer';

  return {
    async up(db: Kysely<unknown>): Promise<void> {
      await db.schema
        .createTable('audit')
        .addColumn('no', whole, (column) =>
          postgres
            ? column.primaryKey().generatedAlwaysAsIdentity()
            : // A number that was removed never comes again.
              column.primaryKey().autoIncrement(),
        )
        .addColumn('at', whole, (column) => column.notNull())
        .addColumn('kind', 'text', (column) => column.notNull())
        // No foreign keys: who is removed leaves what they did.
        .addColumn('actor_id', 'text')
        .addColumn('person_id', 'text')
        .addColumn('address', 'text')
        .addColumn('times', 'integer', (column) => column.notNull())
        .addColumn('detail', 'text')
        .modifyEnd(postgres ? sql`` : sql`strict`)
        .execute();
      for (const by of ['kind', 'actor_id', 'person_id'])
        await db.schema.createIndex(`audit_by_${by}`).on('audit').columns([by, 'no']).execute();
      for (const statement of postgres ? postgresGuards : sqliteGuards) await sql.raw(statement).execute(db);
    },
  };
}

const sqliteGuards = [
  // `replace into` removes a row without asking the trigger of removals.
  `create trigger audit_is_new before insert on audit when exists (select 1 from audit where no = new.no)
   begin select raise(abort, 'the audit log is append-only'); end`,
  `create trigger audit_never_changes before update on audit
   begin select raise(abort, 'the audit log is append-only'); end`,
  `create trigger audit_stays before delete on audit
   when old.at > cast(unixepoch('subsec') * 1000 as integer) - ${KEPT_MS}
   begin select raise(abort, 'the audit log is append-only'); end`,
];

const postgresGuards = [
  `create function audit_append_only() returns trigger language plpgsql as $$
   begin
     if tg_op = 'DELETE' then
       if old.at <= extract(epoch from clock_timestamp()) * 1000 - ${KEPT_MS} then
         return old;
       end if;
     end if;
     raise exception 'the audit log is append-only';
   end $$`,
  `create trigger audit_never_changes before update or delete on audit
   for each row execute function audit_append_only()`,
  `create trigger audit_stays before truncate on audit
   for each statement execute function audit_append_only()`,
];
