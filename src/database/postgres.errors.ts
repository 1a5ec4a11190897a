/** What repeating the statement on another connection may cure. https://www.postgresql.org/docs/18/errcodes-appendix.html */
const REPEATABLE = new Set([
  '40001', // serialization failure
  '40P01', // deadlock
  '53300', // too many connections
  '57P01', // backend terminated by an administrator
  '57P02', // crash of another backend
  '57P03', // starting up or shutting down
  '57P05', // idle session ended
  '25P03', // idle in a transaction for too long
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EAI_AGAIN',
  'ENOTFOUND',
]);
const CONNECTION_EXCEPTION = '08';
/** `pg` has no codes for these. */
const CONNECTION_LOST =
  /^(Connection terminated|timeout expired$|Client has encountered a connection error|Client was closed)/;
const POOL_EXHAUSTED = 'timeout exceeded when trying to connect';
/** Took too long, or the server has no room: repeating now would add to it. */
const OVERLOADED = new Set([
  '55P03', // lock timeout
  '57014', // statement timeout
  '25006', // read only: a standby, or a failover under way
  '28P01', // password refused
  '28000', // sign-in refused
  '3D000', // no such database
]);
const DISK_FULL = '53100';
const INSUFFICIENT_RESOURCES = '53';
const SYSTEM_ERROR = '58';
const UNIQUE_VIOLATION = '23505';

/** The connection or the transaction was lost, the request was not refused: the same again may succeed. */
export function isRepeatable(error: unknown): boolean {
  const code = codeOf(error);
  if (code !== undefined && (REPEATABLE.has(code) || code.startsWith(CONNECTION_EXCEPTION))) return true;
  return error instanceof Error && CONNECTION_LOST.test(error.message);
}

/** The server cannot do it now; it is not the request that is wrong. */
export function isOutOfReach(error: unknown): boolean {
  if (isRepeatable(error)) return true;
  const code = codeOf(error);
  if (code === undefined) return error instanceof Error && error.message === POOL_EXHAUSTED;
  return OVERLOADED.has(code) || code.startsWith(INSUFFICIENT_RESOURCES) || code.startsWith(SYSTEM_ERROR);
}

/** The server's disk is full, or fails. */
export function isDiskFault(error: unknown): boolean {
  const code = codeOf(error);
  return code === DISK_FULL || (code?.startsWith(SYSTEM_ERROR) ?? false);
}

export function isUniqueViolation(error: unknown): boolean {
  return codeOf(error) === UNIQUE_VIOLATION;
}

/** The data is what cannot be stored: text with NUL, half a character, a date out of range. */
export function isBadData(error: unknown): boolean {
  return codeOf(error)?.startsWith('22') ?? false;
}

function codeOf(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}
