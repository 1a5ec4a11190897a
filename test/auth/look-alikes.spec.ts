import { describe, expect, it } from 'vitest';
import { isOrdinary, isReserved, skeleton } from '../../src/auth/look-alikes.js';
import { personName, signInName } from '../../src/protocol/index.js';

/** What somebody would try who wants to be taken for the name on the left. */
const pairs: [string, string[]][] = [
  ['ann', ['ANN', 'Ann', 'ａｎｎ', 'A.n-n', 'Аnn', 'äñn', '𝐚𝐧𝐧', 'аnn', 'Ann ', 'Annʼ', 'ʻAnn', 'Aʼnn']],
  ['admin', ['Admin', 'ADM1N', 'αdmin', 'аdmin', 'adrnin', 'a d m i n', 'admın', 'аԁmіn', 'Àdmin']],
  ['anneke', ['Anneke一', 'Anneke 一', 'Anneke丿', 'Anneke ノ', 'Annekeﾉ', 'An丶neke']],
  ['alice', ['a丨ice', 'A丨ice']],
  ['Tom', ['丅om']],
  ['paul', ['pau1', 'PauI', 'рaul', 'pa_ul', 'PÅUL']],
  ['scope', ['ѕсоре', 'sc0pe', 'Scοpe', 'scорe']],
  ['oscar', ['0scar', 'Οscar', 'оѕсаr', 'OSCAR']],
  ['william', ['vvilliam', 'Wi11iam', 'wiIIiam', 'ԝіlliam']],
  ['marina', ['rnarina', 'Mаrinа', 'MARINA']],
  ['иван', ['ИВАН', 'и.ван', 'Иван']],
  ['Αλέξης', ['αλεξης', 'ΑΛΕΞΗΣ'.replace('Σ', 'ς')]],
];

describe('a name', () => {
  it.each(pairs)('%s is not told apart from what looks like it', (name, others) => {
    for (const other of others) expect([other, skeleton(other)]).toEqual([other, skeleton(name)]);
  });

  it('is told apart from what does not look like it', () => {
    const names = [
      'ann',
      'anna',
      'bob',
      'rob',
      'иван',
      'петр',
      '王小明',
      '李小龙',
      'zoe',
      'joe',
      '山田',
      '佐々木',
      '佐木',
      '佐木一',
      '佐木ノ',
      'มานี',
    ];
    expect(new Set(names.map(skeleton)).size).toBe(names.length);
  });

  it.each(['Admin', 'аdmіn', 'SYSTEM', 'sуstem', 'Mod.erator', 'support', 'r00t'])(
    'that stands for the service is nobody’s: %s',
    (name) => {
      expect(isReserved(name)).toBe(true);
    },
  );

  it.each([
    'Аnn',
    'pаypal',
    'Ωmega',
    'a\u200bb',
    'a\u202eb',
    'a\u2066b',
    'Z\u0351\u0352\u0353',
    'Annekeー',
    'Annekeｰ',
    'Anneke ー',
    'ー',
    '山ー',
    '',
    ' ',
    '.',
    '<b>',
    'a'.repeat(33),
  ])('of two alphabets, or with signs that nobody sees, is none: %j', (name) => {
    expect(personName(name)).toBeNull();
  });

  it.each([
    'Ann',
    'Zoë',
    "Seán O'Brien",
    'Иван',
    '王小明',
    'やまだ Taro',
    '김철수 Kim',
    'מרים',
    'Quiet Otter 427',
    'นารี',
  ])('of one language is one: %s', (name) => {
    expect(personName(name)).toBe(name.normalize('NFC'));
    expect(isOrdinary(name)).toBe(true);
  });

  it.each([
    ...[
      'alicᴏ',
      'aǀice',
      'aʟice',
      'aꞁice',
      'ᴀlice',
      'ɐlice',
      'ⱥlice',
      'alicɵ',
      'alicꝋ',
      'Ɩan',
      'adᴍin',
      'ʀoot',
    ],
    ...['moderaᴛor', 'syꜱtem', 'ᎪᏞᎬ', 'ⵏⵔⵙ', 'aㅣice', 'ᄋ', 'ꓮꓡꓲ', 'ѡ', 'ϳ'],
  ])('of letters that are there to look like others is nobody’s: %s', (name) => {
    expect(isOrdinary(name)).toBe(false);
  });

  it.each([
    'Əli',
    'Nguyễn Thị',
    'Łukasz',
    'Þór',
    'Ŋaru',
    'Αλέξης',
    'Їжак',
    'Қазақ',
    'ひろ',
    'スーパー',
    'らーめん',
    'キー Anneke',
    'ガー',
    '민준',
  ])('that people have is somebody’s: %s', (name) => {
    expect([personName(name), isOrdinary(name)]).toEqual([name.normalize('NFC'), true]);
  });

  it.each(['محمد', 'גבריאל', 'अमित', 'তানিয়া', 'தமிழ்', 'ეკა', 'Արամ', 'สมชาย', 'ອາລຸນ', 'មករា'])(
    'in another script is judged by it: %s',
    (name) => {
      expect(isOrdinary(name)).toBe(true);
    },
  );

  it('to sign in by has no spaces, and at least two characters', () => {
    expect(signInName('Ann Lee')).toBeNull();
    expect(signInName('a')).toBeNull();
    expect(signInName('ann.lee-2_b')).toBe('ann.lee-2_b');
  });
});
