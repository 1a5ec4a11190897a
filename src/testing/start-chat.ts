import { randomBytes } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import type { ModuleMetadata } from '@nestjs/common';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { Test, type TestingModuleBuilder } from '@nestjs/testing';
import { ChatModule } from '../chat/chat.module.js';
import type { ChatModuleExtras } from '../chat/chat.module-definition.js';
import type { ChatModuleOptions } from '../chat/chat.options.js';
import { useChat } from '../use-chat.js';
import { ChatHttpAdapter } from '../web/chat-http.adapter.js';
import { Communicator, type CommunicatorOptions } from './communicator.js';

export interface StartChatOptions extends ChatModuleOptions, ChatModuleExtras, ModuleMetadata {
  /** For `overrideProvider` and the like. */
  override?: (builder: TestingModuleBuilder) => TestingModuleBuilder;
}

/** A running server and the ways into it. */
export interface RunningChat extends AsyncDisposable {
  readonly app: NestExpressApplication;
  /** `http://127.0.0.1:<port>` */
  readonly url: string;
  /** The cookie of a new guest of this name. */
  signIn(name: string): Promise<string>;
  /**
   * A socket. With a name: of a guest who has it, whose sign-in lasts. Without: as a client without a cookie.
   * `path` is `/ws/chat/` where not given.
   */
  connect(name?: string, options?: CommunicatorOptions & { path?: string }): Promise<Communicator>;
  close(): Promise<void>;
}

/**
 * The whole chat on a free port, in this process: embedded database in memory, limits off. Everything given besides is
 * that of a Nest module, so gateways, hooks and services under test go into `providers`.
 * @publicApi
 */
export async function startChat(options: StartChatOptions = {}): Promise<RunningChat> {
  const { env, views, override = (builder) => builder, ...rest } = options;
  const { auditLog, authProvider, channelLayer, roomLog, roomPolicy, ...metadata } = rest;
  const settings = { ...testEnv(), ...env };
  const chat = ChatModule.forRoot({
    env: settings,
    ...(views && { views }),
    ...(auditLog && { auditLog }),
    ...(authProvider && { authProvider }),
    ...(channelLayer && { channelLayer }),
    ...(roomLog && { roomLog }),
    ...(roomPolicy && { roomPolicy }),
  });
  const builder = Test.createTestingModule({ ...metadata, imports: [...(metadata.imports ?? []), chat] });
  const module = await override(builder).compile();
  const app = module.createNestApplication<NestExpressApplication>(new ChatHttpAdapter(), {
    bodyParser: false,
  });
  useChat(app);
  await app.listen(settings.PORT ?? 0, '127.0.0.1');
  return running(app);
}

function testEnv() {
  return {
    PORT: 0,
    NODE_ENV: 'test' as const,
    DATABASE_URL: 'sqlite::memory:',
    AUTH_SECRET: randomBytes(32).toString('hex'),
    RATE_LIMIT: false,
    // Tests share their event loop with the server: how busy they are says nothing of it.
    MAX_LOOP_LAG_MS: 60_000,
  };
}

function running(app: NestExpressApplication): RunningChat {
  const { port } = app.getHttpServer().address() as AddressInfo;
  const url = `http://127.0.0.1:${port}`;
  const clients = new Set<Communicator>();

  async function post(path: string, body: object, cookie?: string): Promise<Response> {
    const headers = { 'content-type': 'application/json', origin: url, ...(cookie && { cookie }) };
    const response = await fetch(url + path, { method: 'POST', headers, body: JSON.stringify(body) });
    if (!response.ok) throw new Error(`${path} answered ${response.status}: ${await response.text()}`);
    return response;
  }

  async function signIn(name: string): Promise<string> {
    const response = await post('/api/auth/sign-in/anonymous', {});
    const cookie = response.headers
      .getSetCookie()
      .map((line) => line.split(';', 1)[0])
      .join('; ');
    await post('/api/me', { name }, cookie);
    return cookie;
  }

  async function connect(name?: string, options: CommunicatorOptions & { path?: string } = {}) {
    const { path = '/ws/chat/', headers, ...rest } = options;
    const identity: Record<string, string> =
      name === undefined ? {} : { cookie: await signIn(name), origin: url };
    const client = await Communicator.connect(url.replace('http', 'ws') + path, {
      ...rest,
      headers: { ...identity, ...headers },
    });
    clients.add(client);
    return client;
  }

  async function close(): Promise<void> {
    for (const client of clients) await client[Symbol.asyncDispose]();
    await app.close();
  }

  return { app, url, signIn, connect, close, [Symbol.asyncDispose]: close };
}
