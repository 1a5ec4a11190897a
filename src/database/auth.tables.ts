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
  twoFactor: TwoFactorTable;
  apikey: ApiKeyTable;
  takenName: { skeleton: string; userId: string };
  guestName: { userId: string; skeleton: string };
  founder: { place: number; userId: string };
  picture: PictureTable;
};

/** ISO 8601 text in SQLite, a Date from PostgreSQL. */
export type Instant = string | Date;
/** 0 and 1 in SQLite. */
export type Flag = number | boolean;

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
  /** The id of their picture. */
  image: string | null;
  isAnonymous: Flag | null;
  /** What one signs in by, as compared; none where another service signs the person in. */
  username: string | null;
  status: string | null;
  role: string | null;
  twoFactorEnabled: Flag | null;
  banned: Flag | null;
  banReason: string | null;
  banExpires: Instant | null;
  disabled: Flag | null;
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

type TwoFactorTable = {
  id: string;
  userId: string;
  /** Both encrypted with our secret. */
  secret: string;
  backupCodes: string;
  verified: Flag | null;
  failedVerificationCount: number | null;
  lockedUntil: Instant | null;
  /** Ours, not Better Auth's: half minutes since 1970. Codes of this one and earlier ones are used up. */
  lastStep: number | null;
};

/** Of the plugin's columns those that we read. */
type ApiKeyTable = Stamped & {
  name: string | null;
  /** The first characters, to tell keys apart. */
  start: string | null;
  referenceId: string;
  /** Hashed. */
  key: string;
  enabled: Flag | null;
  lastRequest: Instant | null;
  expiresAt: Instant | null;
};

type PictureTable = {
  id: string;
  userId: string;
  type: string;
  bytes: Uint8Array;
  createdAt: Instant;
};
