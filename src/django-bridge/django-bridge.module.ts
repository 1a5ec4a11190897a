import { type DynamicModule, Module } from '@nestjs/common';
import { DjangoBridge } from './django-bridge.js';
import { DJANGO_BRIDGE_OPTIONS, type DjangoBridgeOptions } from './django-bridge.options.js';

/**
 * Import it beside `ChatModule`, whose channel layer must be that of the Django app: the same Redis, prefix, keys and
 * serializer.
 * @publicApi
 */
@Module({})
export class DjangoBridgeModule {
  static forRoot(options: DjangoBridgeOptions): DynamicModule {
    return {
      module: DjangoBridgeModule,
      providers: [{ provide: DJANGO_BRIDGE_OPTIONS, useValue: options }, DjangoBridge],
      exports: [DjangoBridge],
    };
  }
}
