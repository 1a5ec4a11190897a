import { ChatError } from '../protocol/index.js';

export const MAX_DEPTH = 16;
export const MAX_KEYS = 64;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/**
 * Refuses what is too deep or too wide **before** it is parsed: 16 KiB hold 8,000 levels, which `JSON.parse` takes and
 * everything recursive behind it does not. Counts brackets and colons outside of strings; whether it is JSON at all
 * is for the parser to say.
 */
export function parseGuarded(text: string): unknown {
  let depth = 0;
  let keys = 0;
  for (let index = 0; index < text.length; index++) {
    switch (text.charCodeAt(index)) {
      case QUOTE:
        index = endOfString(text, index);
        break;
      case 0x7b: // {
      case 0x5b: // [
        if (++depth > MAX_DEPTH) throw new ChatError('bad_json', `nested deeper than ${MAX_DEPTH}`);
        break;
      case 0x7d: // }
      case 0x5d: // ]
        depth--;
        break;
      case 0x3a: // :
        if (++keys > MAX_KEYS) throw new ChatError('bad_json', `more than ${MAX_KEYS} keys`);
        break;
    }
  }
  try {
    return JSON.parse(text);
  } catch {
    throw new ChatError('bad_json', 'not JSON');
  }
}

function endOfString(text: string, start: number): number {
  for (let index = start + 1; index < text.length; index++) {
    const char = text.charCodeAt(index);
    if (char === BACKSLASH) index++;
    else if (char === QUOTE) return index;
  }
  return text.length;
}
