import { z } from 'zod';

/** A public room's name. 64 is counted in code points; the name must already be in NFC. */
const PUBLIC_ROOM = /^[\p{L}\p{Nd}_-]{1,64}$/u;
/** A private room: `~` and 128 random bits in base32. `~` is in no name, so nothing can collide. */
const PRIVATE_ROOM = /^~[a-z2-7]{26}$/;

/** What most names are; ASCII is its own NFC. */
const ASCII_ROOM = /^[A-Za-z0-9_-]{1,64}$/;

export function isRoomName(value: string): boolean {
  if (ASCII_ROOM.test(value)) return true;
  return PRIVATE_ROOM.test(value) || (PUBLIC_ROOM.test(value) && value.normalize('NFC') === value);
}

export const RoomName = z
  .string()
  .refine(isRoomName, {
    error: 'a room name is 1–64 letters, digits, "_" or "-"',
    params: { code: 'bad_room' },
  })
  .meta({
    id: 'RoomName',
    description: '1–64 Unicode letters, digits, `_`, `-`, in NFC',
    examples: ['lobby'],
  });

/** Letters, marks, digits, spaces and a little punctuation: no control, bidi or zero-width character. */
const PERSON = /^[\p{L}\p{Nd}][\p{L}\p{M}\p{Nd} ._'’-]{0,31}$/u;
/** More than two combining marks on one character is a pile, not a name. */
const MARK_PILE = /\p{M}{3,}/u;

/** The name as it is kept: NFC, single spaces. `null` where it is no name. */
export function personName(value: string): string | null {
  const name = value.normalize('NFC').trim().replace(/\s+/gu, ' ');
  return PERSON.test(name) && !MARK_PILE.test(name) ? name : null;
}

export const PersonName = z
  .string()
  .max(200)
  .transform((value, context) => {
    const name = personName(value);
    if (name !== null) return name;
    context.addIssue({
      code: 'custom',
      message: "a name is 1–32 letters, digits, spaces and . _ ' -",
      params: { code: 'bad_name' },
      input: value,
    });
    return z.NEVER;
  });
