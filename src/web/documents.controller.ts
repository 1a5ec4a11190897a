import { createRequire } from 'node:module';
import { Controller, Get, Header, Inject } from '@nestjs/common';
import { Env } from '../config/env.js';
import { buildAsyncApi } from '../protocol/asyncapi.js';
import { buildOpenApi } from '../protocol/openapi.js';

// By its own name: from `src` and from `dist` alike.
const { version } = createRequire(import.meta.url)('nest-realtime-chat/package.json') as { version: string };

/** The protocol, derived from its schemas. */
@Controller('api')
export class DocumentsController {
  private readonly openApi: object;
  private readonly asyncApi: object;

  constructor(@Inject(Env) { PUBLIC_URL }: Env) {
    const info = { title: 'nest-realtime-chat', version, ...(PUBLIC_URL && { origin: PUBLIC_URL }) };
    this.openApi = buildOpenApi(info);
    this.asyncApi = buildAsyncApi(info);
  }

  @Get('openapi.json')
  @Header('Cache-Control', 'public, max-age=300')
  getOpenApi(): object {
    return this.openApi;
  }

  @Get('asyncapi.json')
  @Header('Cache-Control', 'public, max-age=300')
  getAsyncApi(): object {
    return this.asyncApi;
  }
}
