import type { AuthTables } from '../database/auth.tables.js';
import { columnsOf } from '../database/columns.js';
import type { Database } from '../database/database.contract.js';
import { ChatError, signInKey } from '../protocol/index.js';
import { Arrival } from './arrival.js';
import { KnownDevices } from './known-device.js';
import type { PasswordHashes } from './password.hash.js';
import { PasswordProofs } from './password-proof.js';
import { checkPassword } from './password.rules.js';
import { OIDC } from './providers.js';
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

export interface Proved {
  userId: string;
  /** Of the password that let them in: for `checkProof`, once what they are given is there. */
  proof: string;
}

/** Accounts with a password: made, and proved. */
export class Accounts {
  readonly devices: KnownDevices;
  private readonly proofs: PasswordProofs;
  private readonly registration: Registration;

  constructor(
    private readonly database: Pick<Database, 'dialect' | 'kysely' | 'attempt'>,
    private readonly hashes: PasswordHashes,
    private readonly guard: SignInGuard,
    private readonly profiles: ProfileChanges,
    secret: string,
  ) {
    this.devices = new KnownDevices(secret);
    this.proofs = new PasswordProofs(secret);
    this.registration = new Registration(database);
  }

  /** Throws `taken`, `bad_schema` for the password, `busy`. */
  async register({ password, ...wish }: Wish): Promise<Proved> {
    checkPassword(password, [wish.username, wish.name]);
    const passwordHash = await this.hashes.hash(password);
    const account = { ...wish, username: signInKey(wish.username), passwordHash };
    const displaced = await this.registration.register(account);
    await this.announce(wish.isGuest ? [wish.userId, ...displaced] : displaced);
    return { userId: wish.userId, proof: this.proofs.of(wish.userId, passwordHash) };
  }

  /**
   * Whoever another service has just signed in; `guestId` is who the browser was until now. Resolves with who they are
   * where this is their first time.
   */
  async arrive(userId: string, guestId?: string): Promise<string | null> {
    const renamed = await new Arrival(this.database).settle(userId, guestId);
    await this.announce(renamed);
    return renamed[0] ?? null;
  }

  /** Tells everybody what these people are called now. */
  async announce(userIds: readonly string[]): Promise<void> {
    for (const id of userIds) {
      const query = this.tables.selectFrom('user').selectAll().where('id', '=', id);
      const row = await this.database.attempt(() => query.executeTakeFirst());
      if (row) await this.profiles.tell(userOf(row));
    }
  }

  /** Who signs in so. Throws `unauthenticated`, `rate_limited`, `busy`, `forbidden` for who is shut out. */
  async verify({ name, password, address, device }: Try): Promise<Proved> {
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
    const isOld = this.hashes.isOld(person.password);
    const hash = isOld ? await this.renew(person.id, person.password, password) : person.password;
    return { userId: person.id, proof: this.proofs.of(person.id, hash) };
  }

  /** Resolves with what the person signs in by. Throws `bad_schema` where there is no password, or this will not do. */
  async checkNewPassword(userId: string, password: string): Promise<string> {
    const names = await this.namesOf(userId);
    if (!names) throw new ChatError('bad_schema', 'there is no password to change');
    checkPassword(password, [names.username, names.name]);
    return names.username;
  }

  /** Of who signs in by a password; `null` where there is none. */
  async namesOf(userId: string): Promise<{ username: string; name: string } | null> {
    const query = this.people().select(['username', 'name']).where('user.id', '=', userId);
    const person = await this.database.attempt(() => query.executeTakeFirst());
    if (!person?.password || !person.username) return null;
    return { username: person.username, name: person.name };
  }

  /**
   * By who knows the password of now: where it is another one by then, also by a change at the same moment, this one is
   * refused. Throws what `verify` throws.
   */
  async changePassword(
    known: Try,
    { userId, password }: { userId: string; password: string },
  ): Promise<Proved> {
    const { proof } = await this.verify(known);
    const next = await this.hashes.hash(password);
    const query = this.people().where('user.id', '=', userId);
    const person = await this.database.attempt(() => query.executeTakeFirst());
    const old = person?.password ?? '';
    if (!this.proofs.fits(proof, userId, old) || !(await this.replace(userId, old, next))) throw wrong();
    return { userId, proof: this.proofs.of(userId, next) };
  }

  /** Of somebody whom another service has just let in. */
  async proofOf(userId: string): Promise<string> {
    const query = this.people().where('user.id', '=', userId);
    const person = await this.database.attempt(() => query.executeTakeFirst());
    return this.proofs.of(userId, person?.password ?? '');
  }

  /**
   * Whether what was proved still holds: to be asked when the session is there already. Whoever changes a password or
   * shuts somebody out writes that first and ends sessions then, so that one of the two finds the other. Throws what
   * `verify` throws.
   */
  async checkProof(userId: string, proof: string | null | undefined): Promise<void> {
    const person = await this.database.attempt(() =>
      this.people().where('user.id', '=', userId).executeTakeFirst(),
    );
    if (!person || !this.proofs.fits(proof, userId, person.password ?? '')) throw wrong();
    checkStanding(person);
  }

  /** As `checkProof`, for who comes by another service: whether it still is a way in. */
  async checkConnected(userId: string): Promise<void> {
    const query = this.tables
      .selectFrom('account')
      .select('id')
      .where('userId', '=', userId)
      .where('providerId', '=', OIDC);
    if (!(await this.database.attempt(() => query.executeTakeFirst())))
      throw new ChatError('unauthenticated', 'this account is not connected any more');
  }

  private find(name: string) {
    return this.database.attempt(() => this.people().where('username', '=', name).executeTakeFirst());
  }

  private people() {
    return this.tables
      .selectFrom('user')
      .leftJoin('account', (join) =>
        join.onRef('account.userId', '=', 'user.id').on('account.providerId', '=', 'credential'),
      )
      .select(['user.id', 'banned', 'banReason', 'banExpires', 'disabled', 'account.password']);
  }

  /** Resolves with the hash that is kept now. One that somebody else has put there since stays. */
  private async renew(userId: string, old: string, password: string): Promise<string> {
    const renewed = await this.hashes.hash(password);
    if (await this.replace(userId, old, renewed)) return renewed;
    const person = await this.database.attempt(() =>
      this.people().where('user.id', '=', userId).executeTakeFirst(),
    );
    // Two that sign in at the same moment both renew; another password is another matter.
    if (!person?.password || !(await this.hashes.verify(person.password, password))) throw wrong();
    return person.password;
  }

  /** Resolves with whether `old` was what was kept until now. */
  private async replace(userId: string, old: string, password: string): Promise<boolean> {
    const update = this.tables
      .updateTable('account')
      .set({ password, updatedAt: columnsOf(this.database.dialect).instant(new Date()) })
      .where('userId', '=', userId)
      .where('providerId', '=', 'credential')
      .where('password', '=', old);
    const { numUpdatedRows } = await this.database.attempt(() => update.executeTakeFirstOrThrow());
    if (numUpdatedRows > 0n) return true;
    const now = this.people().where('user.id', '=', userId);
    // A repetition of ours whose first answer was lost.
    return (await this.database.attempt(() => now.executeTakeFirst()))?.password === password;
  }

  private get tables() {
    return this.database.kysely.withTables<AuthTables>();
  }
}
