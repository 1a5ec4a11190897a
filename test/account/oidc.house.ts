import { expect } from 'vitest';
import type { LobbyPageData, Message } from '../../src/protocol/index.js';
import { type RunningChat, startChat } from '../../src/testing/index.js';
import { freePort } from '../support/free-port.js';
import { call, dataOf } from '../web/visitor.js';
import { type Browser, password } from './browser-without-script.js';
import { passProvider, startProvider } from './oidc.provider.js';

/** A chat that trusts a real service, both on loopback. */
export async function house(names: Record<string, string> = {}) {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const provider = await startProvider(`${url}/api/auth/callback/oidc`, names);
  const chat = await startChat({
    env: {
      PORT: port,
      PUBLIC_URL: url,
      OIDC_ISSUER: provider.issuer,
      OIDC_CLIENT_ID: provider.client.id,
      OIDC_CLIENT_SECRET: provider.client.secret,
      OIDC_NAME: 'Acme',
    },
  });
  return {
    chat,
    provider,
    async [Symbol.asyncDispose]() {
      await chat.close();
      await provider[Symbol.asyncDispose]();
    },
  };
}

export const leave = (browser: Browser, next = '/chat/') => leaveBy(browser, '/chat/~service/', { next });

export async function leaveBy(
  browser: Browser,
  form: string,
  fields: Record<string, string>,
): Promise<string> {
  const page = await browser.post(form, fields);
  const url = /http-equiv="refresh" content="0; url=([^"]*)"/.exec(page.html)?.[1] ?? '';
  expect(page.html).toContain('On to Acme');
  return url.replaceAll('&amp;', '&');
}

export async function signIn(browser: Browser, login: string, next = '/chat/') {
  const back = await passProvider(await leave(browser, next), login);
  return browser.get(back);
}

/** By the button on the account's page. */
export async function connect(browser: Browser, login: string) {
  const fields = { step: 'connect', servicePassword: password };
  const away = await leaveBy(browser, '/chat/~account/service/', fields);
  return browser.get(await passProvider(away, login));
}

export const me = async (browser: Browser) => dataOf<LobbyPageData>(await browser.get('/chat/')).me;
export const messages = async (chat: RunningChat, room: string) =>
  (await call(chat, `/api/rooms/${room}/messages`)).body['messages'] as Message[];
