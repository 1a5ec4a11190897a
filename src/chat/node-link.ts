import { randomUUID } from 'node:crypto';
import { Injectable, Logger, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import type { Subscription } from 'rxjs';
import { ZodError } from 'zod';
import { ChannelLayer, type LayerMessage } from '../channel-layer/channel-layer.js';

/** What nodes tell each other. At most once: a hint, never the truth. */
export interface NodeHint {
  type: string;
  /** What it is about: a room's id, or {@link PEOPLE}. */
  topic: string;
  /** The node that says it. */
  node: string;
  body: unknown;
}

/** The topic that every node is in: what concerns a person wherever they are. */
export const PEOPLE = 'people';

/** No user text reaches Redis' names: topics are ids. */
export function groupOf(topic: string): string {
  return `chat.${topic}`;
}

/**
 * This process as **one** receiver of the channel layer: a thousand sockets in a room cost Redis one subscription.
 * Nobody waits for the layer, and nothing it does reaches a client as an error.
 */
@Injectable()
export class NodeLink implements OnModuleInit, OnApplicationShutdown {
  readonly node = randomUUID();
  private readonly logger = new Logger(NodeLink.name);
  private readonly listeners = new Set<(hint: NodeHint) => void>();
  private opening?: Promise<string>;
  private own?: string;
  private subscription?: Subscription;

  constructor(private readonly layer: ChannelLayer) {}

  async onModuleInit(): Promise<void> {
    await this.channel();
  }

  async onApplicationShutdown(): Promise<void> {
    this.subscription?.unsubscribe();
    await this.layer.close();
  }

  /** Hears what other nodes say. Returns how to stop. What it throws is logged. */
  listen(listener: (hint: NodeHint) => void): () => void {
    this.listeners.add(listener);
    return () => void this.listeners.delete(listener);
  }

  /** Resolves only when what is said afterwards will arrive; or, where the layer is degraded, at once. */
  async join(topic: string): Promise<void> {
    await this.layer.groupAdd(groupOf(topic), await this.channel());
  }

  async leave(topic: string): Promise<void> {
    await this.layer.groupDiscard(groupOf(topic), await this.channel());
  }

  say(type: string, topic: string, body: unknown): void {
    const group = groupOf(topic);
    // A single process has nobody to tell: the JSON alone would be most of what this costs.
    if (this.own !== undefined && !this.layer.reachesOthers(group, this.own)) return;
    const message = { type, topic, node: this.node, body: JSON.stringify(body) };
    this.layer
      .groupSend(group, message)
      .catch((error: unknown) => this.logger.warn(`${type} was not passed on: ${String(error)}`));
  }

  /** Opened by whoever needs it first: the order in which Nest starts providers does not matter. */
  private channel(): Promise<string> {
    this.opening ??= this.layer.newChannel().then((channel) => {
      this.subscription = this.layer.receive(channel).subscribe((message) => this.take(message));
      this.own = channel;
      return channel;
    });
    return this.opening;
  }

  private take({ type, topic, node, body }: LayerMessage): void {
    if (typeof topic !== 'string' || typeof node !== 'string' || typeof body !== 'string') return;
    // The layer gives everybody everything; what we said we know.
    if (node === this.node) return;
    try {
      const hint = { type, topic, node, body: JSON.parse(body) as unknown };
      for (const listener of this.listeners) listener(hint);
    } catch (error) {
      // What cannot be parsed is repeated in that error's message, and it is what people said.
      const reason =
        error instanceof SyntaxError ? 'not JSON' : error instanceof ZodError ? 'bad fields' : String(error);
      this.logger.warn(`a ${type} from another process was ignored: ${reason}`);
    }
  }
}
