/**
 * Better Auth's tables, in Better Auth's spelling. It reads and writes them through the same connection; the rest of
 * the code goes through `Auth`. Plugins that come later add columns and tables by migrations of their own. Types, not
 * interfaces: `kysely.withTables<AuthTables>()` takes no others.
 */
export type AuthTables = {
  user: UserTable;
  session: SessionTable;
  account: AccountTable;
  verification: VerificationTable;
};

/** ISO 8601 text in SQLite, a Date from PostgreSQL. */
type Instant = string | Date;
/** 0 and 1 in SQLite. */
type Flag = number | boolean;

type Stamped = {
  id: string;
  createdAt: Instant;
  updatedAt: Instant;
};

type UserTable = Stamped & {
  name: string;
  /** Unique. Guests have a made-up one under `.invalid`. */
  email: string;
  emailVerified: Flag;
  image: string | null;
  isAnonymous: Flag | null;
};

type SessionTable = Stamped & {
  userId: string;
  /** Unsigned, so this column alone signs nobody in. */
  token: string;
  expiresAt: Instant;
  ipAddress: string | null;
  userAgent: string | null;
};

type AccountTable = Stamped & {
  userId: string;
  accountId: string;
  providerId: string;
  accessToken: string | null;
  refreshToken: string | null;
  idToken: string | null;
  accessTokenExpiresAt: Instant | null;
  refreshTokenExpiresAt: Instant | null;
  scope: string | null;
  password: string | null;
};

type VerificationTable = Stamped & {
  identifier: string;
  value: string;
  expiresAt: Instant;
};
