import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import Provider from 'oidc-provider';

export interface TestProvider extends AsyncDisposable {
  issuer: string;
  client: { id: string; secret: string };
}

/** A real OpenID Connect service, for the client that sends people back to `redirectUri`. */
export async function startProvider(
  redirectUri: string,
  names: Record<string, string> = {},
): Promise<TestProvider> {
  const server: Server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const client = { id: 'chat', secret: 'a secret of the client and the service' };
  const provider = new Provider(issuer, {
    clients: [{ client_id: client.id, client_secret: client.secret, redirect_uris: [redirectUri] }],
    claims: { openid: ['sub'], profile: ['name', 'picture'] },
    conformIdTokenClaims: false,
    findAccount: (_context, sub) => ({
      accountId: sub,
      claims: () => ({ sub, name: names[sub] ?? sub, picture: 'http://127.0.0.1:1/never-fetched.png' }),
    }),
    pkce: { required: () => true },
    cookies: { keys: ['only for tests'] },
  });
  server.on('request', provider.callback());
  return {
    issuer,
    client,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

/** Goes through the pages of the service as `login`, to the address that it sends the browser back to. */
export async function passProvider(url: string, login: string): Promise<string> {
  const jar = new Map<string, string>();
  let next = url;
  for (let step = 0; step < 20; step += 1) {
    if (!next.startsWith(new URL(url).origin)) return next;
    const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join('; ');
    const isForm = /\/interaction\/[^/?]+$/.test(new URL(next).pathname);
    const page = isForm ? await (await fetch(next, { headers: { cookie } })).text() : '';
    const prompt = /name="prompt" value="(\w+)"/.exec(page)?.[1];
    const body = prompt && new URLSearchParams({ prompt, login, password: 'any' });
    const response = await fetch(next, {
      headers: { cookie },
      redirect: 'manual',
      ...(body && { method: 'POST', body }),
    });
    for (const line of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      jar.set(name, value);
    }
    const location = response.headers.get('location');
    if (!location) throw new Error(`the service answered ${response.status}: ${await response.text()}`);
    next = new URL(location, next).href;
  }
  throw new Error('the service sent the browser in circles');
}
