import type { RunningChat } from '../../src/testing/index.js';

export interface Route {
  method: string;
  path: string;
}

/** Those that a browser can be made to send, or that people serve. */
const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'];

/** What Express is told to serve, each with something in place of its parameters. */
export function routesOf(chat: RunningChat): Route[] {
  const { router } = chat.app.getHttpAdapter().getInstance() as {
    router: { stack: { route?: { path: string; methods: Record<string, boolean> } }[] };
  };
  return router.stack.flatMap(({ route }) => {
    const path = (route?.path ?? '')
      .replace(/\*path\b|\*$/, 'sign-out')
      .replace(/:room/, 'lobby')
      .replace(/:emoji/, encodeURIComponent('👍'))
      .replace(/:\w+/g, 'x'.repeat(32));
    const served = Object.keys(route?.methods ?? {}).map((method) => method.toUpperCase());
    return METHODS.filter((method) => served.includes(method)).map((method) => ({ method, path }));
  });
}

const SAFE = new Set(['GET', 'HEAD', 'OPTIONS']);

/** Those that change something. */
export function writesOf(chat: RunningChat): Route[] {
  return routesOf(chat).filter(({ method }) => !SAFE.has(method));
}
