import { expect } from 'vitest';
import type { Browser } from './browser-without-script.js';
import { previousTotp } from './totp.js';

const home = '/chat/~account/';

/** Turns the second factor on, as somebody with an app would; returns the app's key and the recovery codes. */
export async function secure(
  browser: Browser,
  password?: string,
): Promise<{ secret: string; codes: string[] }> {
  const proof: Record<string, string> = password === undefined ? {} : { confirmPassword: password };
  const setup = await browser.post(`${home}two-factor/`, { step: 'begin', ...proof });
  const secret = /otpauth:[^"]*[?&;]secret=(\w+)/.exec(setup.html)?.[1] ?? '';
  const codes = [...setup.html.matchAll(/<li[^>]*><code>([\w-]+)<\/code>/g)].map(([, code]) => String(code));
  expect(secret).not.toBe('');
  expect(codes).toHaveLength(10);
  expect(setup.html).toContain('class="qr"');
  const code = await previousTotp(secret);
  const done = await browser.post(`${home}two-factor/`, { step: 'confirm', code });
  expect([done.status, done.location]).toEqual([303, `${home}?done=two-factor#top`]);
  return { secret, codes };
}
