import { DiscoveryService } from '@nestjs/core';
import type { Message, User } from '../protocol/index.js';

/** What is about to be stored. `room` is the room's name. */
export interface Draft {
  room: string;
  text: string;
  replyTo?: string;
  /** The message whose text this is to become, where one is edited. */
  edits?: string;
}

/**
 * Moderation, enrichment, audit: decorate a provider of any module with {@link MessageHook}.
 * @publicApi
 */
export interface MessageHooks {
  /**
   * Returns the draft, changed or not, or refuses by throwing a `ChatError`. Runs in order, one after another, for what
   * is new and for what replaces it.
   */
  beforeStore?(draft: Draft, author: User): Draft | Promise<Draft>;
  /** Only watches: nobody waits for it, and what it throws is logged. Not called for a repeat or an edit. */
  afterStore?(message: Message): void | Promise<void>;
}

/**
 * Smaller `order` first.
 * @publicApi
 */
export const MessageHook = DiscoveryService.createDecorator<{ order: number }>();
