import { setTimeout as pause } from 'node:timers/promises';
import { BehaviorSubject, Subject } from 'rxjs';
import {
  type Discontinuity,
  type LayerHealth,
  type LayerMessage,
  MemoryBus,
  MemoryChannelLayer,
  type RoomEvent,
} from '../../src/index.js';

/** What a test does to the layer of one node while it runs. */
export class Doubts {
  readonly bus = new MemoryBus();
  readonly discontinuity = new Subject<Discontinuity>();
  readonly health = new BehaviorSubject<LayerHealth>('ready');
  /** What the node asked for, in the order in which it took effect. */
  readonly log: string[] = [];
  /** Runs before `add` or `discard` takes effect, and after it did, before the node is told. */
  before: (call: 'add' | 'discard') => Promise<unknown> | void = () => undefined;
  after: (call: 'add' | 'discard') => Promise<unknown> | void = () => undefined;

  /** Each call takes a while of its own. */
  shuffle(): void {
    this.before = () => pause(Math.random() * 4);
    this.after = () => pause(Math.random() * 4);
  }

  /** For `startChat({ channelLayer })`. */
  layer() {
    const doubts = this;
    return class DoubtfulLayer extends MemoryChannelLayer {
      override readonly discontinuity = doubts.discontinuity;
      override readonly health = doubts.health;

      constructor() {
        super({}, doubts.bus);
      }

      override async groupAdd(group: string, channel: string): Promise<void> {
        if (group === 'chat.people') return super.groupAdd(group, channel);
        await doubts.before('add');
        await super.groupAdd(group, channel);
        doubts.log.push('add');
        await doubts.after('add');
      }

      override async groupDiscard(group: string, channel: string): Promise<void> {
        await doubts.before('discard');
        await super.groupDiscard(group, channel);
        doubts.log.push('discard');
        await doubts.after('discard');
      }
    };
  }
}

/** Another process, as the layer knows one: it says what it stored. */
export class OtherNode implements AsyncDisposable {
  private readonly layer: MemoryChannelLayer;

  constructor({ bus }: Doubts) {
    this.layer = new MemoryChannelLayer({}, bus);
  }

  say(event: RoomEvent): Promise<void> {
    return this.sayAnything('chat.event', event.roomId, JSON.stringify([event]));
  }

  /** As a process that is broken, or of another version, or no process of ours. */
  async sayAnything(type: string, topic: string, body: LayerMessage[string]): Promise<void> {
    await this.layer.groupSend(`chat.${topic}`, { type, topic, node: 'another', body });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.layer.close();
  }
}

/** Shut until `open`. */
export class Gate {
  private release: () => void = () => undefined;
  readonly opened = new Promise<void>((resolve) => (this.release = resolve));
  private arrive: () => void = () => undefined;
  /** Somebody waits at it. */
  readonly reached = new Promise<void>((resolve) => (this.arrive = resolve));

  pass(): Promise<void> {
    this.arrive();
    return this.opened;
  }

  open(): void {
    this.release();
  }
}
