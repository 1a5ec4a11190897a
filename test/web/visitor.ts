import type { Problem } from '../../src/protocol/index.js';
import type { RunningChat } from '../../src/testing/index.js';

export interface Page {
  status: number;
  headers: Headers;
  html: string;
}

/** A browser without a script: keeps its cookies, says where a form came from, follows nothing by itself. */
export class Visitor {
  cookie = '';

  constructor(
    private readonly chat: RunningChat,
    private readonly headers: Record<string, string> = {},
  ) {}

  get(path: string, headers: Record<string, string> = {}): Promise<Page> {
    return this.ask(path, { headers });
  }

  /** As a form of a page of ours does. A header of `''` is left out. */
  post(path: string, fields: Record<string, string>, headers: Record<string, string> = {}): Promise<Page> {
    return this.ask(path, {
      method: 'POST',
      headers: { origin: this.chat.url, 'sec-fetch-site': 'same-origin', ...headers },
      body: new URLSearchParams(fields),
    });
  }

  private async ask(
    path: string,
    init: Omit<RequestInit, 'headers'> & { headers: Record<string, string> },
  ): Promise<Page> {
    const headers: Record<string, string> = {
      accept: 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8',
      cookie: this.cookie,
      ...this.headers,
      ...init.headers,
    };
    for (const [name, value] of Object.entries(headers)) if (value === '') delete headers[name];
    const response = await fetch(this.chat.url + path, { ...init, headers, redirect: 'manual' });
    const cookies = response.headers.getSetCookie().map((line) => line.split(';', 1)[0] as string);
    if (cookies.length > 0) this.cookie = cookies.join('; ');
    return { status: response.status, headers: response.headers, html: await response.text() };
  }
}

/** A tag: its name and all its attributes, in which `>` may stand between quotes. */
export const TAG = /<(\/?[a-z!][^\s/>]*)((?:"[^"]*"|'[^']*'|[^"'>])*)>/gi;

/** What the page was drawn from. */
export function dataOf<Data = Record<string, unknown>>({ html }: Page): Data {
  const json = /<script type="application\/json"[^>]*>(.*?)<\/script>/s.exec(html)?.[1];
  if (json === undefined) throw new Error(`no data on the page:\n${html}`);
  return JSON.parse(json) as Data;
}

/** The page as a reader sees it: no markup, and none of the data for the script. */
export function textOf({ html }: Page): string {
  return html
    .replace(/<(script|style|head)\b.*?<\/\1>/gs, ' ')
    .replace(TAG, ' ')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&amp;', '&')
    .replace(/\s+/g, ' ');
}

/** The hidden and visible fields of the form that posts to `action`, with what stands in them. */
export function formOf({ html }: Page, action: string): Record<string, string> {
  const form = new RegExp(`<form[^>]*action="${action}"[^>]*>(.*?)</form>`, 's').exec(html)?.[1];
  if (form === undefined) throw new Error(`no form for ${action} on the page:\n${html}`);
  const fields: Record<string, string> = {};
  for (const [tag] of form.matchAll(/<input\b[^>]*>/g)) {
    const name = /\bname="([^"]*)"/.exec(tag)?.[1];
    if (name) fields[name] = /\bvalue="([^"]*)"/.exec(tag)?.[1] ?? '';
  }
  for (const [, attributes = '', text = ''] of form.matchAll(/<textarea\b([^>]*)>(.*?)<\/textarea>/gs)) {
    const name = /\bname="([^"]*)"/.exec(attributes)?.[1];
    if (name) fields[name] = text;
  }
  return fields;
}

export async function call(
  chat: RunningChat,
  path: string,
  {
    method = 'GET',
    body,
    headers = {},
  }: { method?: string; body?: unknown; headers?: Record<string, string> } = {},
) {
  const init: RequestInit = { method, headers, redirect: 'manual' };
  if (body !== undefined) {
    init.headers = { 'content-type': 'application/json', ...headers };
    init.body = typeof body === 'string' ? body : JSON.stringify(body);
  }
  const response = await fetch(chat.url + path, init);
  const text = await response.text();
  const answer = (text ? JSON.parse(text) : {}) as Record<string, unknown> & Partial<Problem>;
  return { status: response.status, headers: response.headers, body: answer };
}
