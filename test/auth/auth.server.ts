import type { AddressInfo } from 'node:net';
import { type ArgumentsHost, Catch, type ExceptionFilter } from '@nestjs/common';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { CapturingLogger, Test } from '@nestjs/testing';
import type { Response } from 'express';
import request from 'supertest';
import { AuthController } from '../../src/auth/auth.controller.js';
import { AuthGate } from '../../src/auth/auth.gate.js';
import { Auth, type AuthOptions } from '../../src/auth/better-auth.js';
import { ChatError } from '../../src/protocol/index.js';
import { cookieOf, openAuth, type Place } from './auth.house.js';

@Catch(ChatError)
class Problems implements ExceptionFilter<ChatError> {
  catch(error: ChatError, host: ArgumentsHost): void {
    host.switchToHttp().getResponse<Response>().status(error.status).json(error.toBody());
  }
}

/** Better Auth's routes as they are served, without the rest of the chat. */
export async function serve(place: Place, given: Partial<AuthOptions> = {}) {
  const house = await openAuth(place, given);
  const logger = new CapturingLogger();
  const module = await Test.createTestingModule({
    controllers: [AuthController],
    providers: [AuthGate, { provide: Auth, useValue: house.auth }],
  })
    .setLogger(logger)
    .compile();
  const app = module.createNestApplication<NestExpressApplication>();
  app.set('trust proxy', 'loopback');
  app.useGlobalFilters(new Problems());
  await app.listen(0, '127.0.0.1');
  const { port } = app.getHttpServer().address() as AddressInfo;
  const origin = `http://127.0.0.1:${port}`;
  return {
    ...house,
    origin,
    http: request(origin),
    logged: () => JSON.stringify(logger.entries.map(({ message, stack }) => [message, stack])),
    async people() {
      return (await house.tables.selectFrom('user').select('id').execute()).length;
    },
    async [Symbol.asyncDispose]() {
      await app.close();
      await house[Symbol.asyncDispose]();
    },
  };
}

export const setCookies = (answer: request.Response) => answer.get('Set-Cookie') ?? [];

/** A program or browser that keeps its cookies, and says where it is. */
export class Client {
  private readonly jar = new Map<string, string>();

  constructor(
    private readonly server: Awaited<ReturnType<typeof serve>>,
    private readonly headers: Record<string, string> = {},
  ) {}

  get cookie(): string {
    return [...this.jar].map(([name, value]) => `${name}=${value}`).join('; ');
  }

  /** The browser forgets it; the others stay. */
  forget(name: string): void {
    this.jar.delete(name);
  }

  async post(
    path: string,
    body: object = {},
    headers: Record<string, string> = {},
  ): Promise<request.Response> {
    const given = { origin: this.server.origin, cookie: this.cookie, ...this.headers, ...headers };
    const answer = await this.server.http.post(`/api/auth${path}`).set(given).send(body);
    for (const line of setCookies(answer)) {
      const [name = '', value = ''] = cookieOf([line]).split(/=(.*)/s);
      if (value && !line.includes('Max-Age=0')) this.jar.set(name, value);
      else this.jar.delete(name);
    }
    return answer;
  }

  async who(): Promise<unknown> {
    return this.server.provider
      .identify({ headers: { cookie: this.cookie } })
      .catch((error: unknown) => error);
  }
}
