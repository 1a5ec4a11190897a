import { Injectable, type OnModuleInit } from '@nestjs/common';
import { DiscoveryService, MetadataScanner } from '@nestjs/core';
import { MESSAGE_MAPPING_METADATA, MESSAGE_METADATA } from '@nestjs/websockets/constants.js';
import { isChatGateway } from './chat-gateway.decorator.js';

/** At start: every event has exactly one handler. Nest itself would run both and answer twice. */
@Injectable()
export class EventCatalogue implements OnModuleInit {
  private readonly handlers = new Map<string, string>();

  constructor(
    private readonly discovery: DiscoveryService,
    private readonly scanner: MetadataScanner,
  ) {}

  onModuleInit(): void {
    for (const { metatype } of this.discovery.getProviders()) {
      if (typeof metatype === 'function' && isChatGateway(metatype))
        this.register(metatype.name, metatype.prototype);
    }
  }

  get events(): string[] {
    return [...this.handlers.keys()];
  }

  private register(owner: string, prototype: object): void {
    for (const method of this.scanner.getAllMethodNames(prototype)) {
      const handler = (prototype as Record<string, object | undefined>)[method];
      if (!handler || !Reflect.getMetadata(MESSAGE_MAPPING_METADATA, handler)) continue;
      const event: string = Reflect.getMetadata(MESSAGE_METADATA, handler);
      const taken = this.handlers.get(event);
      const here = `${owner}.${method}`;
      if (taken) throw new Error(`The event "${event}" has two handlers: ${taken} and ${here}.`);
      this.handlers.set(event, here);
    }
  }
}
