import { pathPart } from './path-part.js';

/** The same rule as the protocol's, which brings its schema library along; a test holds the two together. */
const PUBLIC_ROOM = /^[\p{L}\p{Nd}_-]{1,64}$/u;

/** What was meant: spaces become hyphens, `#` in front goes, letters are composed. */
export function toRoomName(typed: string): string {
  return typed.normalize('NFC').trim().replace(/^#+/u, '').replace(/\s+/gu, '-');
}

/** Why it is no room name, for people; `null` where it is one. */
export function roomNameProblem(typed: string): string | null {
  const name = toRoomName(typed);
  if (name === '') return 'Type a name first.';
  if ([...name].length > 64) return 'A name has at most 64 characters.';
  return PUBLIC_ROOM.test(name) ? null : 'Use letters, digits, “-” and “_”.';
}

export function roomPath(room: string): string {
  return `/chat/${pathPart(room)}/`;
}
