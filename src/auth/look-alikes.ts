/**
 * Letters of other alphabets, and signs, that look like a Latin letter or a digit in common fonts: from the table
 * "confusables" of UTS 39, those that can be in a name at all. Read in pairs of what it looks like and what does.
 */
const LOOKS_LIKE = `
a аɑαа b вьƅвβ c сϲᴄсⅽ d ԁɗժ e еєҽεеё f ƒғϝք g ɡցԍ h һհнңη i іїıɩιӏіɪӀ l ɭιⅼ j јϳյ k кκқҝӄ m мϻм n ոпηиռ
o оοօσоסه٥०০੦૦௦๐໐ p рρϸᴘр q ԛզգ r гᴦгɼ s ѕꜱտ t тτт u υսցᴜ v νѵᴠ w ԝѡωшա x хχҳх y уүγỿуÿ z ᴢʐ
0 ०০੦૦๐໐ 3 зӡʒȝз 4 ч 6 б
`;

const table = new Map<string, string>();
for (const [, shown = '', others = ''] of LOOKS_LIKE.matchAll(/(\S) (\S+)/g))
  for (const other of others) if (!table.has(other)) table.set(other, shown);

/** Signs that one overlooks, and letters that a font draws alike whatever their alphabet. */
const SAME: Record<string, string> = {
  '0': 'o',
  '1': 'i',
  l: 'i',
  '|': 'i',
  ł: 'i',
  ø: 'o',
  đ: 'd',
  ß: 'ss',
};

/** Nobody may be called what a reader would take for the service itself. */
const RESERVED = [
  'admin administrator admins root system moderator moderators mod mods support service server bot chatbot chat',
  'staff team owner official security help helpdesk webmaster everyone everybody here room all deleted deleteduser',
  'unknown anonymous nobody me you null undefined',
]
  .join(' ')
  .split(' ');

/**
 * What a name looks like to a hurried reader. Two names with the same skeleton are told apart by nobody: case, width,
 * accents that are hardly seen, spaces and signs are gone, and letters of other alphabets are what they resemble.
 */
export function skeleton(name: string): string {
  const plain = name.normalize('NFKD').toLowerCase().normalize('NFKD');
  let shape = '';
  for (const character of plain) {
    if (/[\p{M}\p{P}\p{Z}\p{S}\p{C}]/u.test(character)) continue;
    const shown = table.get(character) ?? character;
    shape += SAME[shown] ?? shown;
  }
  return shape.replaceAll('rn', 'm').replaceAll('vv', 'w');
}

const reserved = new Set(RESERVED.map(skeleton));

export function isReserved(name: string): boolean {
  return reserved.has(skeleton(name));
}
