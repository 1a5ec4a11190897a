import type { AuthTables } from '../database/auth.tables.js';
import { columnsOf } from '../database/columns.js';
import type { Database } from '../database/database.contract.js';
import { ChatError, signInKey } from '../protocol/index.js';
import { Arrival } from './arrival.js';
import { KnownDevices } from './known-device.js';
import type { PasswordHashes } from './password.hash.js';
import { checkPassword } from './password.rules.js';
import { Registration } from './registration.js';
import type { SignInGuard } from './sign-in.guard.js';
import type { ProfileChanges } from './sign-outs.js';
import { checkStanding } from './standing.js';
import { userOf } from './user-row.js';

/** Of nobody's password: whoever is not there costs the same time as whoever is. */
const DECOY = `$argon2id$v=19$m=19456,t=2,p=1$${'A'.repeat(22)}$${'A'.repeat(43)}`;

/** The same words whether the name or the password is wrong. */
const wrong = () => new ChatError('unauthenticated', 'the name or the password is wrong');

export interface Wish {
  userId: string;
  isGuest: boolean;
  username: string;
  name: string;
  password: string;
}

export interface Try {
  /** As compared. */
  name: string;
  password: string;
  address: string;
  device: string | undefined;
}

/** Accounts with a password: made, and proved. */
export class Accounts {
  readonly devices: KnownDevices;
  private readonly registration: Registration;

  constructor(
    private readonly database: Pick<Database, 'dialect' | 'kysely' | 'attempt'>,
    private readonly hashes: PasswordHashes,
    private readonly guard: SignInGuard,
    private readonly profiles: ProfileChanges,
    secret: string,
  ) {
    this.devices = new KnownDevices(secret);
    this.registration = new Registration(database);
  }

  /** Throws `taken`, `bad_schema` for the password, `busy`. */
  async register({ password, ...wish }: Wish): Promise<void> {
    checkPassword(password, [wish.username, wish.name]);
    const passwordHash = await this.hashes.hash(password);
    await this.registration.register({ ...wish, username: signInKey(wish.username), passwordHash });
    if (wish.isGuest) await this.profiles.tell(await this.personOf(wish.userId));
  }

  /**
   * Whoever another service has just signed in; `guestId` is who the browser was until now. Resolves with who they are
   * where this is their first time.
   */
  async arrive(userId: string, guestId?: string): Promise<string | null> {
    const person = await new Arrival(this.database).settle(userId, guestId);
    if (person) await this.profiles.tell(await this.personOf(person));
    return person;
  }

  /** The id of who signs in so. Throws `unauthenticated`, `rate_limited`, `busy`, `forbidden` for who is shut out. */
  async verify({ name, password, address, device }: Try): Promise<string> {
    this.hashes.checkRoom();
    const attempt = await this.guard.begin(name, address, device);
    let person: Awaited<ReturnType<Accounts['find']>>;
    let isRight: boolean;
    try {
      person = await this.find(name);
      isRight = await this.hashes.verify(person?.password ?? DECOY, password);
    } catch (error) {
      await attempt.withdraw();
      throw error;
    }
    if (!person?.password || !isRight) throw wrong();
    await attempt.succeeded();
    checkStanding(person);
    if (this.hashes.isOld(person.password)) await this.renew(person.id, password);
    return person.id;
  }

  private find(name: string) {
    return this.database.attempt(() =>
      this.tables
        .selectFrom('user')
        .leftJoin('account', (join) =>
          join.onRef('account.userId', '=', 'user.id').on('account.providerId', '=', 'credential'),
        )
        .select(['user.id', 'banned', 'banReason', 'banExpires', 'disabled', 'account.password'])
        .where('username', '=', name)
        .executeTakeFirst(),
    );
  }

  private async renew(userId: string, password: string): Promise<void> {
    const renewed = { password: await this.hashes.hash(password) };
    const update = this.tables
      .updateTable('account')
      .set({ ...renewed, updatedAt: columnsOf(this.database.dialect).instant(new Date()) });
    await this.database.attempt(() =>
      update.where('userId', '=', userId).where('providerId', '=', 'credential').execute(),
    );
  }

  private async personOf(userId: string) {
    const query = this.tables.selectFrom('user').selectAll().where('id', '=', userId);
    return userOf(await this.database.attempt(() => query.executeTakeFirstOrThrow()));
  }

  private get tables() {
    return this.database.kysely.withTables<AuthTables>();
  }
}
