import type { LayerMessage, LayerValue, Message } from '../index.js';

/** By which we know in a group what we said ourselves. */
export const SOURCE = 'nest-realtime-chat';
/** What an event of ours has besides its type. */
export const KEYS = ['message', 'username', 'room', 'id', 'seq', 'at', 'source'] as const;

/**
 * What Django's consumers get: a type that they have a method for, and `message`, which is always text. The rest is for
 * those who want it; `username` is what many consumers have besides the tutorial's, and would miss.
 */
export function eventOf(message: Message, type: string): LayerMessage {
  const { text, user, room, id, seq, at } = message;
  const keys = {
    message: text,
    username: user.name,
    room,
    id,
    seq,
    at,
    source: SOURCE,
  } satisfies Record<(typeof KEYS)[number], LayerValue>;
  return { type, ...keys };
}

/** A consumer may pass on what is no text, and can be said. */
export const isWord = (value: LayerValue | undefined): boolean =>
  ['string', 'number', 'bigint', 'boolean'].includes(typeof value);

/** A consumer may pass on all of it to another room: that somebody says there. */
export const isOurs = (event: LayerMessage, room: string): boolean =>
  event.source === SOURCE && event.room === room;

/** Django finds a consumer's method so. */
export const methodOf = (type: string): string => type.replaceAll('.', '_');

/**
 * What was said, as it can be stored: not longer than others may write, without NUL. `undefined` where nothing was:
 * the tutorial's page sends empty lines too, and a consumer may pass on what is no text.
 */
export function wordsOf({ message }: LayerMessage, longest: number): string | undefined {
  const text = isWord(message) ? String(message).replaceAll('\0', '�').toWellFormed() : '';
  if (text.trim() === '') return undefined;
  if (text.length <= longest) return text;
  // Half a character at the cut would not be well-formed.
  return `${text.slice(0, longest - 1).replace(/[\uD800-\uDBFF]$/, '')}…`;
}
