import { createHash } from 'node:crypto';

/** `chat_` and the rest must be a name that Django takes. */
const plainName = /^[A-Za-z0-9_-]{1,94}$/;
const digits = 'abcdefghijklmnopqrstuvwxyz234567';

/**
 * The group of a room, as the tutorial's consumer names it: `chat_<room>`. Django has no group names beyond ASCII; a
 * room that has one gets `chat_` and the base32 of its name's SHA-256 (lower case, 52 digits).
 */
export function djangoGroup(room: string): string {
  return `chat_${plainName.test(room) ? room : base32(createHash('sha256').update(room).digest())}`;
}

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
