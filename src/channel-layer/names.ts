import { randomBytes } from 'node:crypto';

/** A subset of what Django accepts, so that every name of ours is one of theirs. */
const group = /^[A-Za-z0-9._-]{1,99}$/;
const channel = /^(?=.{1,99}$)[A-Za-z0-9._-]+(![A-Za-z0-9._-]+)?$/;
const newPrefix = /^[A-Za-z0-9._-]{1,24}$/;

const shown = (name: unknown) =>
  typeof name === 'string' ? JSON.stringify(name.slice(0, 120)) : typeof name;

/** Throws the `TypeError` that a caller's own mistake deserves; returns the name. */
export function checkGroup(name: string): string {
  if (typeof name === 'string' && group.test(name)) return name;
  throw new TypeError(`A group name is 1 to 99 of A-Z a-z 0-9 . _ -, not ${shown(name)}`);
}

/**
 * Throws the `TypeError` that a caller's own mistake deserves; returns the name. Channels of the pub/sub layer begin with
 * its prefix, which may hold a colon (`asgi:`): with `layerPrefix`, what follows it is checked.
 */
export function checkChannel(name: string, layerPrefix = ''): string {
  if (typeof name === 'string') {
    const own = name.startsWith(layerPrefix) ? name.slice(layerPrefix.length) : name;
    if (channel.test(own)) return name;
  }
  throw new TypeError(
    `A channel name is 1 to 99 of A-Z a-z 0-9 . _ - and at most one "!", not ${shown(name)}`,
  );
}

/** 32 lowercase hexadecimal digits, random. */
export const hex32 = () => randomBytes(16).toString('hex');

/**
 * 32 hexadecimal digits of a UUID of version 8. Django's processes are of version 4: so every sender sees, without
 * asking anybody, which queues are drained by a process of ours.
 */
export function newProcess(): string {
  const digits = hex32();
  return `${digits.slice(0, 12)}8${digits.slice(13, 16)}8${digits.slice(17)}`;
}

/** Whether a process named itself by {@link newProcess}. */
export const isOurs = (process: string | undefined) =>
  process !== undefined && /^[0-9a-f]{12}8[0-9a-f]{3}8[0-9a-f]{15}$/.test(process);

/** What follows the prefix in the Redis key of a channel's queue: one for all channels of a process. */
export const queueOf = (name: string) => name.slice(0, name.indexOf('!') + 1) || name;

/** `specific.<process>!<hex32>`: the part up to the `!` says which process reads it. */
export function processChannel(process: string, prefix = 'specific'): string {
  return `${checkPrefix(prefix)}.${process}!${hex32()}`;
}

/**
 * `<layer prefix>specific.<hex32>`: the name is the Redis channel, as in channels_redis' pub/sub layer. Its digits are as
 * of {@link newProcess}, so that whoever looks tells our receivers from Django's.
 */
export function pubSubChannel(layerPrefix: string, prefix = 'specific'): string {
  return `${layerPrefix}${checkPrefix(prefix)}.${newProcess()}`;
}

/** The process id inside a name of {@link processChannel}; `undefined` for a plain channel. */
export function processOf(name: string): string | undefined {
  const end = name.indexOf('!');
  return end < 0 ? undefined : name.slice(name.lastIndexOf('.', end) + 1, end);
}

function checkPrefix(prefix: string): string {
  // 24 + the rest of a specific channel stays below 100.
  if (typeof prefix === 'string' && newPrefix.test(prefix)) return prefix;
  throw new TypeError(`A channel's prefix is 1 to 24 of A-Z a-z 0-9 . _ -, not ${shown(prefix)}`);
}
