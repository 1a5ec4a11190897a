import type { NestExpressApplication } from '@nestjs/platform-express';
import compression from 'compression';
import { Env } from './config/env.js';
import { ChatSocketAdapter } from './socket/chat-socket.adapter.js';
import { OriginPolicy } from './socket/origin.policy.js';
import { CLIENT_FOLDER } from './web/page.renderer.js';
import { requestChecks } from './web/request-checks.js';
import { securityHeaders } from './web/security-headers.js';

const BODY_LIMIT = '64kb';
const ASSET_AGE = '365d';

/**
 * What an application that imports `ChatModule` needs besides: the socket adapter, headers, checks, assets. Call it
 * before `listen`.
 * @publicApi
 */
export function useChat(app: NestExpressApplication): NestExpressApplication {
  const env = app.get<Env>(Env);
  app.useWebSocketAdapter(new ChatSocketAdapter(app));
  app.disable('x-powered-by');
  app.set('trust proxy', env.TRUSTED_PROXIES);
  app.set('query parser', 'simple');
  app.use(securityHeaders(env.PUBLIC_URL?.startsWith('https:') ?? false));
  app.use(compression());
  // Names carry a hash of their content: what is under one never changes.
  app.useStaticAssets(CLIENT_FOLDER, {
    prefix: '/assets/',
    index: false,
    immutable: true,
    maxAge: ASSET_AGE,
  });
  app.use(requestChecks(app.get(OriginPolicy)));
  app.useBodyParser('json', { limit: BODY_LIMIT });
  app.useBodyParser('urlencoded', { limit: BODY_LIMIT, extended: false });
  return app;
}
