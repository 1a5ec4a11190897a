import { describe, expect, it } from 'vitest';
import { PasswordHashes } from '../../src/auth/password.hash.js';
import { passwordProblem } from '../../src/auth/password.rules.js';

describe('a hash of a password', () => {
  it('is argon2id of 19 MiB, and another one each time', async () => {
    const hashes = new PasswordHashes();
    const [one, two] = [await hashes.hash('same'), await hashes.hash('same')];
    expect(one).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    expect(one).not.toBe(two);
    expect(await hashes.verify(one, 'same')).toBe(true);
    expect(await hashes.verify(one, 'Same')).toBe(false);
    expect(hashes.isOld(one)).toBe(false);
  });

  it('that is damaged, or would cost the server its memory, is nobody’s', async () => {
    const hashes = new PasswordHashes();
    const good = await hashes.hash('same');
    for (const hash of ['', 'same', good.slice(0, -30), good.replace('m=19456', 'm=9999999'), `${good}!`])
      expect(await hashes.verify(hash, 'same')).toBe(false);
  });

  it('is made two at a time, and refused where fifty wait', async () => {
    const hashes = new PasswordHashes();
    const all = await Promise.allSettled(Array.from({ length: 60 }, () => hashes.hash('same')));
    const refused = all.filter(({ status }) => status === 'rejected');
    expect(refused).toHaveLength(8);
    expect(refused[0]).toMatchObject({ reason: { code: 'busy', status: 503 } });
    expect(await hashes.hash('same')).toContain('$argon2id$');
  });
});

describe('a new password', () => {
  it.each([
    'short',
    '1234567',
    '12345678',
    '87654321',
    'password',
    'Password1!',
    'P4ssw0rd2024',
    'iloveyou',
    'qwertyuiop',
    '1q2w3e4r',
    'aaaaaaaa',
    'abcabcabc',
    'football99',
    'sunshine!',
    'x'.repeat(300),
    'half \ud83d of a letter',
  ])('that is guessed first, too short or too long is refused: %s', (password) => {
    expect(passwordProblem(password)).not.toBeNull();
  });

  it.each([
    'eightchr',
    'correct horse battery',
    ' spaces  count ',
    '☃☃☃ snow men',
    'a\0b-and-more',
    'yX7!kq0P',
  ])('may be anything else: %j', (password) => {
    expect(passwordProblem(password)).toBeNull();
  });

  it('may be 256 characters long', () => {
    expect(passwordProblem('many words '.repeat(24).slice(0, 256))).not.toContain('at most');
    expect(
      passwordProblem(
        Array.from({ length: 64 }, (_, n) => `w${n}`)
          .join(' ')
          .slice(0, 256),
      ),
    ).toBeNull();
  });

  it('is not the name of the person', () => {
    expect(passwordProblem('Annalena', ['annalena'])).not.toBeNull();
    expect(passwordProblem('annalena99', ['Annalena'])).not.toBeNull();
  });
});
