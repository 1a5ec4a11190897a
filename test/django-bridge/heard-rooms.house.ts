import { BehaviorSubject, filter, Subject } from 'rxjs';
import { vi } from 'vitest';
import { BridgePeers } from '../../src/django-bridge/bridge-peers.js';
import { HeardRooms } from '../../src/django-bridge/heard-rooms.js';
import {
  type Discontinuity,
  type LayerHealth,
  type LayerMessage,
  MemoryBus,
  MemoryChannelLayer,
} from '../../src/index.js';

/** A layer whose connection can be cut, and says of it what a test tells it to. */
export class CutLayer extends MemoryChannelLayer {
  isCut = false;
  override readonly health = new BehaviorSubject<LayerHealth>('ready');
  override readonly discontinuity = new Subject<Discontinuity>();

  override receive(channel: string) {
    return super.receive(channel).pipe(filter(() => !this.isCut));
  }

  override async groupSend(group: string, message: LayerMessage): Promise<void> {
    if (!this.isCut) await super.groupSend(group, message);
  }

  override healthOf(): LayerHealth {
    return this.health.value;
  }

  cut(): void {
    this.isCut = true;
    this.health.next('degraded');
  }

  restore(): void {
    this.isCut = false;
    this.becomeReady();
  }

  becomeReady(): void {
    this.health.next('ready');
    this.discontinuity.next('missed');
  }
}

/** A process, as far as it hears Django. */
export interface Hearer {
  layer: CutLayer;
  peers: BridgePeers;
  heard: HeardRooms<string>;
  /** While true, storing fails. */
  away: boolean;
  /** How long storing takes. */
  ms: number;
}

/** Processes on one bus, and the log that they share: it stores an id once. To be used while time is vitest's. */
export function houseOf() {
  const bus = new MemoryBus();
  const log: string[] = [];
  const stored = new Set<string>();
  const make = (): Hearer => {
    const layer = new CutLayer({}, bus);
    const peers = new BridgePeers(
      layer,
      () => undefined,
      () => undefined,
    );
    const hearer: Hearer = { layer, peers, away: false, ms: 2 } as Hearer;
    hearer.heard = new HeardRooms<string>(layer, peers, {
      wordOf: (_room, { message }) => message as string,
      warn: () => undefined,
      store: async ({ clientId, word }) => {
        await new Promise((resolve) => setTimeout(resolve, hearer.ms));
        if (hearer.away) throw new Error('no database');
        if (!stored.has(clientId)) log.push(word);
        stored.add(clientId);
        peers.tellKept(clientId);
      },
    });
    return hearer;
  };
  const start = async ({ heard, peers }: Hearer) => {
    heard.start();
    await peers.start();
    await heard.listen('lobby');
  };
  /** A process that has heard who else is there. */
  const settled = async () => {
    const hearer = make();
    await start(hearer);
    await vi.advanceTimersByTimeAsync(1_500);
    return hearer;
  };
  return { bus, log, make, start, settled };
}
