import { Controller, Get, Header } from '@nestjs/common';
import { buildAsyncApi } from '../protocol/asyncapi.js';
import { buildOpenApi } from '../protocol/openapi.js';

const info = { title: 'nest-realtime-chat', version: '0.1.0' };

/** The protocol, derived from its schemas. */
@Controller('api')
export class DocumentsController {
  private readonly openApi = buildOpenApi(info);
  private readonly asyncApi = buildAsyncApi(info);

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
