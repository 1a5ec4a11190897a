/**
 * Django's `symmetric_encryption_keys` in one line: by commas, or a JSON list where a key has a comma or a space at its
 * end. Throws a `TypeError` for what begins like a list and is none.
 */
export function parseKeys(text: string): string[] {
  if (!text.trim().startsWith('['))
    return text
      .split(',')
      .map((key) => key.trim())
      .filter(Boolean);
  let keys: unknown;
  try {
    keys = JSON.parse(text);
  } catch {
    // Said below, without a word of what was given.
  }
  if (Array.isArray(keys) && keys.every((key) => typeof key === 'string' && key !== ''))
    return keys as string[];
  throw new TypeError('must be keys by commas, or a JSON list: ["one, with a comma","two"]');
}
