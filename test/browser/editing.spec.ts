import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { texts, write } from '../support/browser.js';
import { site } from '../support/site.js';

const here = site();

interface Frame {
  event: string;
  id: number;
  data: { text: string };
}

/** Every edit is on its way, and answered when the test says so: as the server does, or with a refusal. */
async function heldEdits(page: Page) {
  const asked: { text: string; answer(): void; refuse(): void }[] = [];
  await page.routeWebSocket(/\/ws\/chat\//, (socket) => {
    const up = socket.connectToServer();
    const answers = new Map<number, Promise<void>>();
    socket.onMessage((raw) => {
      const { event, id, data } = JSON.parse(String(raw)) as Frame;
      if (event !== 'message.edit') return up.send(raw);
      const answered = Promise.withResolvers<void>();
      answers.set(id, answered.promise);
      const error = { code: 'forbidden', message: 'it is too late for that' };
      const refuse = () => socket.send(JSON.stringify({ event: 'reply', id, ok: false, error }));
      asked.push({ text: data.text, answer: answered.resolve, refuse });
      up.send(raw);
    });
    up.onMessage((raw) => {
      const { event, id } = JSON.parse(String(raw)) as Frame;
      const held = event === 'reply' ? answers.get(id) : undefined;
      if (held) void held.then(() => socket.send(raw));
      else socket.send(raw);
    });
  });
  return asked;
}

const field = (page: Page) => page.locator('textarea');

async function edit(page: Page, text: string): Promise<void> {
  const message = page.locator('.message', { hasText: text });
  await message.locator('.bubble').hover();
  await message.getByRole('link', { name: 'Edit' }).click();
  await expect.poll(() => field(page).inputValue()).toBe(text);
}

/** Ann has saved `beta`, is not answered yet, and has gone on to `alpha`; Bob is there. */
async function goneOn(room: string) {
  const [ann, bob] = [await here.browser.person(), await here.browser.person()];
  const asked = await heldEdits(ann);
  for (const page of [ann, bob]) await page.goto(`${here.server.url}/chat/${room}/`);
  for (const text of ['alpha', 'beta']) await write(ann, text);
  await expect.poll(() => ann.locator('.delivery.sent').count()).toBe(2);
  await edit(ann, 'beta');
  await write(ann, 'beta, better');
  await expect.poll(() => asked.length).toBe(1);
  await edit(ann, 'alpha');
  /** On the same path, so what was there before it has arrived. */
  const somethingBehind = async () => {
    await write(bob, 'behind that');
    await ann.locator('.message', { hasText: 'behind that' }).waitFor();
  };
  return { ann, asked, somethingBehind };
}

describe('whoever saves one message and goes on to the next before the answer', () => {
  it('keeps what is being written when the answer comes', async () => {
    const { ann, asked, somethingBehind } = await goneOn('gone-on');
    await field(ann).fill('alpha, much longer now');
    asked[0]?.answer();
    await somethingBehind();
    expect(await field(ann).inputValue()).toBe('alpha, much longer now');
    await ann.getByText('Editing your message').waitFor();
  }, 60_000);

  it('saves the next one without waiting', async () => {
    const { ann, asked } = await goneOn('no-wait');
    await write(ann, 'alpha, better');
    await expect.poll(() => asked.map(({ text }) => text)).toEqual(['beta, better', 'alpha, better']);
    for (const { answer } of asked) answer();
    await expect.poll(() => field(ann).inputValue()).toBe('');
    await expect.poll(() => texts(ann)).toEqual(['alpha, better', 'beta, better']);
  }, 60_000);

  it('is told where it was refused, and goes on', async () => {
    const { ann, asked } = await goneOn('refused');
    await field(ann).fill('alpha, much longer now');
    asked[0]?.refuse();
    await ann.getByRole('alert').getByText('it is too late for that').waitFor();
    expect(await field(ann).inputValue()).toBe('alpha, much longer now');
    await field(ann).press('Enter');
    await expect.poll(() => asked.length).toBe(2);
    asked[1]?.answer();
    await expect.poll(() => field(ann).inputValue()).toBe('');
  }, 60_000);
});
