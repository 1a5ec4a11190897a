/** Primary result codes, https://sqlite.org/rescode.html: not now, but perhaps later. */
const BUSY = 5;
const LOCKED = 6;
const READONLY = 8;
const IOERR = 10;
const FULL = 13;
const CANTOPEN = 14;
const DISK = new Set([READONLY, IOERR, FULL, CANTOPEN]);

/** Somebody else holds the file. */
export function isBusy(error: unknown): boolean {
  return resultCode(error) === BUSY;
}

/** The disk is full, fails, or the file is held: what was asked may well succeed once that is over. */
export function isPassing(error: unknown): boolean {
  const code = resultCode(error);
  return code === BUSY || code === LOCKED || isDiskFault(error);
}

/** The disk is full, or fails. */
export function isDiskFault(error: unknown): boolean {
  const code = resultCode(error);
  return code !== undefined && DISK.has(code);
}

function resultCode(error: unknown): number | undefined {
  if (!(error instanceof Error) || !('errcode' in error) || typeof error.errcode !== 'number')
    return undefined;
  return error.errcode & 0xff;
}
