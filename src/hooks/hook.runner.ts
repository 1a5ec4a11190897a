import { Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import { DiscoveryService } from '@nestjs/core';
import type { Message, User } from '../protocol/index.js';
import { type Draft, MessageHook, type MessageHooks } from './message-hook.js';

/** Finds the hooks of all modules at start, and runs them in order. */
@Injectable()
export class HookRunner implements OnModuleInit {
  private readonly logger = new Logger(HookRunner.name);
  private hooks: MessageHooks[] = [];

  constructor(private readonly discovery: DiscoveryService) {}

  onModuleInit(): void {
    this.hooks = this.discovery
      .getProviders({ metadataKey: MessageHook.KEY })
      .map((wrapper) => ({
        hook: wrapper.instance as MessageHooks,
        order: this.discovery.getMetadataByDecorator(MessageHook, wrapper)?.order ?? 0,
      }))
      .sort((a, b) => a.order - b.order)
      .map(({ hook }) => hook);
  }

  /** Throws, or rejects with, what a hook refuses with. */
  beforeStore(draft: Draft, author: User): Draft | Promise<Draft> {
    return this.hooks.length === 0 ? draft : this.ask(draft, author);
  }

  private async ask(draft: Draft, author: User): Promise<Draft> {
    let accepted = draft;
    for (const hook of this.hooks) accepted = (await hook.beforeStore?.(accepted, author)) ?? accepted;
    return accepted;
  }

  afterStore(message: Message): void {
    for (const hook of this.hooks) void this.watch(hook, message);
  }

  private async watch(hook: MessageHooks, message: Message): Promise<void> {
    try {
      await hook.afterStore?.(message);
    } catch (error) {
      this.logger.error(error);
    }
  }
}
