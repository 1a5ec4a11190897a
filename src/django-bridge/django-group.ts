import { createHash } from 'node:crypto';

/** `chat_` and the rest must be a name that Django takes. */
const plainName = /^[A-Za-z0-9_-]{1,94}$/;
export const GROUP_PREFIX = 'chat_';
/** What {@link djangoGroup} calls a room whose name Django cannot have. */
const digest = /^[a-z2-7]{52}$/;
/** As long as a room's name may be. */
const LONGEST = 64;
const digits = 'abcdefghijklmnopqrstuvwxyz234567';

/**
 * The group of a room, as the tutorial's consumer names it: `chat_<room>`. Django has no group names beyond ASCII; a
 * room that has one gets `chat_` and the base32 of its name's SHA-256 (lower case, 52 digits).
 */
export function djangoGroup(room: string): string {
  return `${GROUP_PREFIX}${plainName.test(room) ? room : base32(createHash('sha256').update(room).digest())}`;
}

/** The room whose group that is; undefined for a group of something else, and for a room whose name it does not tell. */
export function roomOf(group: string): string | undefined {
  const room = group.slice(GROUP_PREFIX.length);
  return group.startsWith(GROUP_PREFIX) &&
    plainName.test(room) &&
    room.length <= LONGEST &&
    !isDigestGroup(group)
    ? room
    : undefined;
}

/** A group of a room whose name it does not tell. */
export const isDigestGroup = (group: string): boolean =>
  group.startsWith(GROUP_PREFIX) && digest.test(group.slice(GROUP_PREFIX.length));

function base32(bytes: Uint8Array): string {
  let text = '';
  let bits = 0;
  let value = 0;
  for (const byte of bytes) {
    value = ((value << 8) | byte) & 0xfff;
    for (bits += 8; bits >= 5; bits -= 5) text += digits[(value >> (bits - 5)) & 31];
  }
  return bits > 0 ? text + digits[(value << (5 - bits)) & 31] : text;
}
