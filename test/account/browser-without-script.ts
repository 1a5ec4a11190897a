import { formOf, type Page, textOf } from '../web/visitor.js';

/** A browser without a script: keeps every cookie by its name, says where a form came from, and follows redirects. */
export class Browser {
  private readonly jar = new Map<string, string>();

  constructor(
    private readonly origin: string,
    private readonly headers: Record<string, string> = {},
  ) {}

  get cookie(): string {
    return [...this.jar].map(([name, value]) => `${name}=${value}`).join('; ');
  }

  keep(name: string, value: string): void {
    this.jar.set(name, value);
  }

  get(path: string): Promise<Page & { location: string }> {
    return this.ask(path, {});
  }

  /** As a form of ours does; `FormData` where it has a file. */
  async post(
    path: string,
    fields: Record<string, string> | FormData,
    headers: Record<string, string> = {},
  ): Promise<Page & { location: string }> {
    const body = fields instanceof FormData ? fields : new URLSearchParams(fields);
    const own = { origin: this.origin, 'sec-fetch-site': 'same-origin', ...headers };
    return this.ask(path, { method: 'POST', body, headers: own });
  }

  /** Fills in the form on the page at `path`, sends it, and shows where that leads. */
  async fill(path: string, action: string, fields: Record<string, string>): Promise<string> {
    const form = formOf(await this.get(path), action);
    const answer = await this.post(action, { ...form, ...fields });
    return answer.location ? textOf(await this.get(answer.location)) : `${answer.status} ${textOf(answer)}`;
  }

  private async ask(path: string, init: Omit<RequestInit, 'headers'> & { headers?: Record<string, string> }) {
    const given = { accept: 'text/html,*/*;q=0.8', cookie: this.cookie, ...this.headers, ...init.headers };
    const headers = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== ''));
    const response = await fetch(new URL(path, this.origin), { ...init, headers, redirect: 'manual' });
    for (const line of response.headers.getSetCookie()) {
      const [pair = ''] = line.split(';', 1);
      const equals = pair.indexOf('=');
      const [name, value] = [pair.slice(0, equals), pair.slice(equals + 1)];
      if (value === '' || /max-age=0/i.test(line)) this.jar.delete(name);
      else this.jar.set(name, value);
    }
    const location = response.headers.get('location') ?? '';
    return { status: response.status, headers: response.headers, html: await response.text(), location };
  }
}

export const password = 'correct horse battery';

/** Somebody with an account of this name, signed in. */
export async function register(origin: string, username: string, guest = false): Promise<Browser> {
  const browser = new Browser(origin);
  if (guest) await browser.get('/chat/');
  const { status, html } = await browser.post('/chat/~register/', { username, password });
  if (status !== 303) throw new Error(`registering answered ${status}: ${html}`);
  return browser;
}
