import { describe, expect, it } from 'vitest';
import { skeleton } from '../../src/auth/look-alikes.js';
import { passwordProblem } from '../../src/auth/password.rules.js';
import { SessionTokens } from '../../src/auth/session-token.js';
import { isRoomName, personName, signInName } from '../../src/protocol/index.js';
import { roomOfPath } from '../../src/socket/upgrade.checks.js';
import { startChat } from '../../src/testing/index.js';
import { linkify } from '../../views/client/linkify.js';
import { samePage } from '../../src/web/same-page.js';
import { cpuMsOf } from '../support/observe.js';

const LENGTH = 100_000;
const hostile = [
  'a',
  ' ',
  '\t\n',
  '-_.',
  'a ',
  "'",
  '/',
  '\\/',
  '%',
  '%41',
  '=;',
  'a=',
  '.a',
  '*_',
  '[(',
  'http://',
  'http://a.',
  'a@',
  '\u0301',
  'é',
  '👍🏽\u200d',
  '\u200b',
  '\ud800',
].map((part) => part.repeat(Math.ceil(LENGTH / part.length)).slice(0, LENGTH));
const quiet = (work: () => unknown) => {
  try {
    work();
  } catch {
    // Refusing is an answer.
  }
};

describe('a text of a hundred thousand characters', () => {
  const tokens = new SessionTokens('a secret of thirty-two characters and more', false);
  it.each<[string, (text: string) => unknown]>([
    ['a name', personName],
    ['a name to sign in by', signInName],
    ['a room', isRoomName],
    ['what names look like', skeleton],
    ['a new password', (text) => passwordProblem(text.slice(0, 4_096))],
    ['a cookie', (text) => tokens.read({ headers: { cookie: `chat.session_token=${text}` } })],
    ['a bearer', (text) => tokens.read({ headers: { authorization: `Bearer ${text}` } })],
    ['the path of a socket', roomOfPath],
    ['the way back', samePage],
    ['a message with addresses', (text) => linkify(text.slice(0, 4_000))],
  ])('takes no longer than it is long, as %s', (_what, work) => {
    // Whoever goes back and forth over it needs minutes.
    for (const text of [...hostile, ...hostile.map((each) => `a${each}!`)])
      expect(cpuMsOf(() => quiet(() => work(text)))).toBeLessThan(2_000);
  });

  it('in a field of any form is refused, and nobody waits for it', async () => {
    await using chat = await startChat();
    const long = 'x'.repeat(60_000);
    for (const path of [
      '/chat/~sign-in/',
      '/chat/~register/',
      '/chat/~code/',
      '/chat/~reset/',
      '/chat/~me/',
    ]) {
      const names = ['username', 'name', 'password', 'code', 'token', 'next', 'back'];
      for (const name of names) {
        const headers = { origin: chat.url, 'content-type': 'application/x-www-form-urlencoded' };
        const body = `${name}=${long}`;
        const answer = await fetch(chat.url + path, { method: 'POST', headers, body, redirect: 'manual' });
        expect([path, name, answer.status >= 300 && answer.status < 500]).toEqual([path, name, true]);
      }
    }
    expect((await fetch(`${chat.url}/chat/?${'x'.repeat(8_000)}`)).status).toBe(414);
  });
});
