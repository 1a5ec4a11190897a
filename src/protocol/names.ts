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

/** Of a private room or a conversation, where it leads to one. */
export function isPrivateName(value: string): boolean {
  return value.startsWith('~');
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

/**
 * One script, or those that one language writes together (UTS 39, highly restrictive): who needs two alphabets for one
 * name wants to look like somebody else.
 */
const ONE_SCRIPT = [
  ['Latin', 'Han', 'Hiragana', 'Katakana'],
  ['Latin', 'Han', 'Bopomofo'],
  ['Latin', 'Han', 'Hangul'],
  ...['Cyrillic', 'Greek', 'Arabic', 'Hebrew', 'Armenian', 'Georgian', 'Devanagari', 'Bengali', 'Tamil'],
  ...['Telugu', 'Gujarati', 'Gurmukhi', 'Kannada', 'Malayalam', 'Sinhala', 'Thai', 'Lao', 'Khmer'],
  ...['Myanmar', 'Tibetan', 'Ethiopic', 'Thaana', 'Mongolian', 'Cherokee', 'Syriac', 'Oriya', 'Tifinagh'],
].map((scripts) => {
  const classes = ['Common', 'Inherited', ...[scripts].flat()].map((script) => `\\p{Script=${script}}`);
  return new RegExp(`^[${classes.join('')}]+$`, 'u');
});

/**
 * The long vowel of Japanese is written behind the kana that it prolongs (Script_Extensions of UAX 24, as browsers read
 * domain names). Anywhere else it is a dash, and a name with a dash looks like the one without.
 */
const STRAY_DASH = /(?:^|[^\p{Script=Hiragana}\p{Script=Katakana}ー])ー/u;

/** The name as it is kept: NFC, single spaces. `null` where it is no name. */
export function personName(value: string): string | null {
  const name = value.normalize('NFC').trim().replace(/\s+/gu, ' ');
  if (!PERSON.test(name) || MARK_PILE.test(name) || STRAY_DASH.test(name.normalize('NFKC'))) return null;
  return ONE_SCRIPT.some((script) => script.test(name)) ? name : null;
}

/** What one signs in by: 2–32 letters, digits, `.`, `_` or `-`, as the person writes it. `null` where it is none. */
export function signInName(value: string): string | null {
  const name = personName(value);
  return name !== null && /^[\p{L}\p{M}\p{Nd}._-]{2,32}$/u.test(name) ? name : null;
}

/** Of two that sign in by the same letters, in whatever case and width, there is one. */
export function signInKey(name: string): string {
  return name.normalize('NFKC').toLowerCase().normalize('NFKC');
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
