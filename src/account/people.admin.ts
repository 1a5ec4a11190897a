import { Injectable } from '@nestjs/common';
import { Auth } from '../auth/better-auth.js';
import { isShutOut } from '../auth/standing.js';
import { userOf } from '../auth/user-row.js';
import { columnsOf } from '../database/columns.js';
import { ChatError, type PersonRow, signInKey } from '../protocol/index.js';
import { PasswordReset } from './password-reset.js';

export const PEOPLE_PER_PAGE = 50;
const MAX_REASON = 200;

export interface Ban {
  reason: string;
  /** For good where it is missing. */
  days?: number | undefined;
}

/** What an administrator may do with people. Nothing of it to oneself: somebody has to be left who can undo it. */
@Injectable()
export class PeopleAdmin {
  constructor(
    private readonly auth: Auth,
    private readonly resets: PasswordReset,
  ) {}

  /** Throws `not_found`: to everybody else there is nothing here. */
  async require(userId: string | undefined): Promise<void> {
    const query = this.auth.tables
      .selectFrom('user')
      .select('role')
      .where('id', '=', userId ?? '');
    const row = userId ? await this.auth.database.attempt(() => query.executeTakeFirst()) : undefined;
    if (row?.role !== 'admin') throw new ChatError('not_found', 'nothing here');
  }

  /** Accounts, newest first, whose names contain `search`; a page, and whether there is another one. */
  async list(search: string, page: number, guests: boolean): Promise<{ people: PersonRow[]; more: boolean }> {
    const { database, tables } = this.auth;
    const wanted = search.trim();
    let query = tables
      .selectFrom('user')
      .selectAll()
      .orderBy('createdAt', 'desc')
      .orderBy('id')
      .limit(PEOPLE_PER_PAGE + 1)
      .offset(page * PEOPLE_PER_PAGE);
    if (!guests) query = query.where('isAnonymous', '=', columnsOf(database.dialect).flag(false));
    if (wanted)
      query = query.where((where) =>
        where.or([
          where(where.fn<string>('lower', ['name']), 'like', pattern(wanted.toLowerCase())),
          where('username', 'like', pattern(signInKey(wanted))),
        ]),
      );
    const rows = await database.attempt(() => query.execute());
    const people = rows.slice(0, PEOPLE_PER_PAGE).map((row) => ({
      user: userOf(row),
      username: row.username,
      since: new Date(row.createdAt).toISOString(),
      isAdmin: row.role === 'admin',
      secondFactor: Boolean(row.twoFactorEnabled),
      disabled: Boolean(row.disabled),
      banned: Boolean(row.banned) && isShutOut({ ...row, disabled: false }),
      banReason: row.banReason,
      bannedUntil: row.banExpires ? new Date(row.banExpires).toISOString() : null,
    }));
    return { people, more: rows.length > PEOPLE_PER_PAGE };
  }

  /** The token of a link by which the person chooses a new password. */
  async resetLink(userId: string): Promise<string> {
    const account = this.auth.tables
      .selectFrom('account')
      .select('id')
      .where('userId', '=', userId)
      .where('providerId', '=', 'credential');
    if (!(await this.auth.database.attempt(() => account.executeTakeFirst())))
      throw new ChatError('bad_schema', 'This person has no password here.');
    return this.resets.begin(userId);
  }

  async disable(admin: string, userId: string): Promise<void> {
    await this.set(admin, userId, { disabled: this.flag(true) });
    await this.auth.endAll(userId, 'banned');
  }

  async enable(admin: string, userId: string): Promise<void> {
    await this.set(admin, userId, { disabled: this.flag(false) });
  }

  async ban(admin: string, userId: string, { reason, days }: Ban): Promise<void> {
    const banExpires = days
      ? columnsOf(this.auth.database.dialect).instant(new Date(Date.now() + days * 86_400_000))
      : null;
    const banReason = reason.trim().slice(0, MAX_REASON) || null;
    await this.set(admin, userId, { banned: this.flag(true), banReason, banExpires });
    await this.auth.endAll(userId, 'banned');
  }

  async unban(admin: string, userId: string): Promise<void> {
    await this.set(admin, userId, { banned: this.flag(false), banReason: null, banExpires: null });
  }

  /** For who lost it: the password alone signs in again, and whoever is in by now is not. */
  async dropSecondFactor(admin: string, userId: string): Promise<void> {
    await this.set(admin, userId, { twoFactorEnabled: this.flag(false) });
    const { database, tables } = this.auth;
    await database.attempt(() => tables.deleteFrom('twoFactor').where('userId', '=', userId).execute());
    await this.auth.endAll(userId);
  }

  async setAdmin(admin: string, userId: string, is: boolean): Promise<void> {
    await this.set(admin, userId, { role: is ? 'admin' : null });
  }

  /**
   * Of two administrators who do something to each other at the same moment, one is none any more when the other's turn
   * comes: whoever acts is asked once more where it is stored. Throws `not_found` where they, or the person, are none.
   */
  private async set(admin: string, userId: string, change: object): Promise<void> {
    if (admin === userId) throw new ChatError('forbidden', 'Ask another administrator to do this to you.');
    const { database, tables, sessions } = this.auth;
    const set = { ...change, updatedAt: columnsOf(database.dialect).instant(new Date()) };
    await database.attempt(() =>
      tables.transaction().execute(async (store) => {
        let query = store.selectFrom('user').selectAll().where('id', 'in', [admin, userId]).orderBy('id');
        // In one order everywhere: two that act on each other must not wait in a circle.
        if (database.dialect === 'postgres') query = query.forUpdate();
        const rows = await query.execute();
        const actor = rows.find(({ id }) => id === admin);
        if (actor?.role !== 'admin' || isShutOut(actor)) throw new ChatError('not_found', 'nothing here');
        if (!rows.some(({ id }) => id === userId))
          throw new ChatError('not_found', 'There is no such person.');
        await store.updateTable('user').set(set).where('id', '=', userId).execute();
      }),
    );
    sessions.dropPerson(userId);
  }

  private flag(is: boolean) {
    return columnsOf(this.auth.database.dialect).flag(is);
  }
}

/** The wildcards of `like` in what somebody typed match themselves. */
function pattern(text: string): string {
  return `%${text.replace(/[%_\\]/g, '')}%`;
}
