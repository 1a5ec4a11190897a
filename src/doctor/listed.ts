/** Of a setting's items. */
export const list = (text = ''): string[] =>
  text
    .split(',')
    .map((item) => item.trim())
    .filter(Boolean);

/** For a sentence. */
export const few = (names: string[]): string => names.slice(0, 5).join(', ') + (names.length > 5 ? ' …' : '');
