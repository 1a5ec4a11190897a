/**
 * Letters of other alphabets, and signs, that look like a Latin letter or a digit in common fonts: from the table
 * "confusables" of UTS 39, those that can be in a name at all. Read in pairs of what it looks like and what does.
 */
const LOOKS_LIKE = `
a аɑαа b вьƅвβ c сϲᴄсⅽ d ԁɗժ e еєҽεеё f ƒғϝք g ɡցԍ h һհнңη i іїıɩιӏіɪӀ l ɭιⅼ丨 j јϳյ k кκқҝӄ m мϻм n ոпηиռ
o оοօσоסه٥०০੦૦௦๐໐ p рρϸᴘр q ԛզգ r гᴦгɼ s ѕꜱտ t тτт丅 u υսցᴜ v νѵᴠ w ԝѡωшա x хχҳх y уүγỿуÿ z ᴢʐ
0 ०০੦૦๐໐ o ဝഠଠ೦౦୦൦ס e ə h ħ t ŧ n ŋ 3 зӡʒȝз 4 ч 6 б
力 カ 口 ロ 工 エ 二 ニ 卜 ト 夕 タ 八 ハ 一 ー
`;

const table = new Map<string, string>();
for (const [, shown = '', others = ''] of LOOKS_LIKE.matchAll(/(\S) (\S+)/g))
  for (const other of others) if (!table.has(other)) table.set(other, shown);

/**
 * What people write their names with: the recommended scripts of UAX 31, and of Latin, Greek and Cyrillic the letters
 * that UTS 39 allows in identifiers. Small capitals, clicks, phonetic and obsolete letters are left out as a whole: most
 * of them are there to look like another letter, and no table of those is ever complete.
 */
const LETTERS = [
  String.raw`a-zA-Z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u0131\u0134-\u013e\u0141-\u0148\u014a-\u017e\u018f\u01a0\u01a1`,
  String.raw`\u01af\u01b0\u01cd-\u01dc\u01de-\u01e3\u01e6-\u01f0\u01f4\u01f5\u01f8-\u021b\u021e\u021f\u0226-\u0233`,
  String.raw`\u0259\u1e00-\u1e99\u1e9e\u1ea0-\u1ef9\u02bb\u02bc`,
  String.raw`\u0386\u0388-\u038a\u038c\u038e-\u03a1\u03a3-\u03ce\u1f00-\u1fff`,
  String.raw`\u0400-\u045f\u048a-\u0529\u052e\u052f`,
  String.raw`\u10d0-\u10ff\u1c90-\u1cbf\uac00-\ud7a3\u30fc`,
  ...['Arabic', 'Armenian', 'Bengali', 'Bopomofo', 'Devanagari', 'Ethiopic', 'Gujarati', 'Gurmukhi', 'Han'],
  ...[
    'Hebrew',
    'Hiragana',
    'Kannada',
    'Katakana',
    'Khmer',
    'Lao',
    'Malayalam',
    'Myanmar',
    'Oriya',
    'Sinhala',
  ],
  ...['Tamil', 'Telugu', 'Thaana', 'Thai', 'Tibetan'],
].map((part) => (part.startsWith('\\') || part.startsWith('a-z') ? part : `\\p{Script=${part}}`));
const ORDINARY = new RegExp(String.raw`^(?:[^\p{L}]|[${LETTERS.join('')}])+$`, 'u');

/** Whether every letter is one that people write names with. Width and style do not count. */
export function isOrdinary(name: string): boolean {
  return ORDINARY.test(name.normalize('NFKC'));
}

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

/** Signs, and what is a letter to Unicode and a sign to the eye: apostrophes, half rings, small marks. */
const OVERLOOKED = /[\p{M}\p{P}\p{Z}\p{S}\p{C}\u02bb\u02bc\u0559\u06e5\u06e6\u0971]/u;

/** One stroke each: a letter among Han and kana, a dash, a comma or a slash among Latin letters. */
const STROKES = /[一ー丶丿乀ノヽ]/u;

/**
 * What a name looks like to a hurried reader. Two names with the same skeleton are told apart by nobody: case, width,
 * accents that are hardly seen, spaces and signs are gone, and letters of other alphabets are what they resemble.
 */
export function skeleton(name: string): string {
  const plain = name.normalize('NFKD').toLowerCase().normalize('NFKD');
  const isLatin = /\p{Script=Latin}/u.test(plain);
  let shape = '';
  for (const character of plain) {
    if (OVERLOOKED.test(character) || (isLatin && STROKES.test(character))) continue;
    const shown = table.get(character) ?? character;
    shape += SAME[shown] ?? shown;
  }
  return shape.replaceAll('rn', 'm').replaceAll('vv', 'w');
}

const reserved = new Set(RESERVED.map(skeleton));

export function isReserved(name: string): boolean {
  return reserved.has(skeleton(name));
}
