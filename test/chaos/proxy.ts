import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

type Direction = 'up' | 'down';

interface Pair {
  client: Socket;
  upstream: Socket;
  /** When the server said something last. */
  heardAt: number;
  /** Nothing passes any more, whatever becomes of the network. */
  stranded: boolean;
}

/**
 * A bad network in front of one TCP port on loopback. `up` is from clients to the server. What was swallowed leaves a
 * hole in a connection's bytes, so `heal` ends the connections that lost some.
 */
export class ChaosProxy implements AsyncDisposable {
  /** Added to every piece of bytes, in both directions. */
  latencyMs = 0;
  /** New connections are accepted and reset at once. */
  refusing = false;
  /** Connections that were ended because their server was silent. */
  idleCuts = 0;
  private patrol?: NodeJS.Timeout;
  private readonly pairs = new Set<Pair>();
  private readonly dropping = new Set<Direction>();
  private readonly holed = new Set<Pair>();
  private readonly timers = new Set<NodeJS.Timeout>();
  private frozen = false;

  private constructor(
    private readonly server: Server,
    private readonly target: number,
  ) {
    server.on('connection', (client) => this.accept(client));
  }

  static async start(target: number): Promise<ChaosProxy> {
    const server = createServer({ noDelay: true }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new ChaosProxy(server, target);
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  /** Pieces of bytes that are held back now. */
  get delayed(): number {
    return this.timers.size;
  }

  get connections(): number {
    return this.pairs.size;
  }

  /** Every connection ends, in peace as far as TCP is concerned. */
  cut(): void {
    for (const pair of this.pairs) this.end(pair);
  }

  /** Every connection ends with RST on both sides. */
  reset(): void {
    for (const { client, upstream } of this.pairs) {
      client.resetAndDestroy();
      upstream.resetAndDestroy();
    }
  }

  /** Bytes of this direction vanish; nobody is told. */
  drop(direction: Direction): void {
    this.dropping.add(direction);
  }

  /** Both directions stand still, connections stay open, nothing is lost. */
  freeze(): void {
    this.frozen = true;
    for (const { client, upstream } of this.pairs) {
      client.pause();
      upstream.pause();
    }
  }

  /** The connections that there are stand still, and nobody is told; new ones are good. As after a firewall's restart. */
  strand(): void {
    for (const pair of this.pairs) {
      pair.stranded = true;
      pair.client.pause();
      pair.upstream.pause();
    }
  }

  /** From now on a connection ends whose server says nothing for so long, as behind nginx and others. */
  endSilent(afterMs: number): void {
    clearInterval(this.patrol);
    this.patrol = setInterval(() => {
      const now = performance.now();
      for (const pair of this.pairs) {
        if (now - pair.heardAt <= afterMs) continue;
        this.idleCuts += 1;
        this.end(pair);
      }
    }, afterMs / 20);
  }

  /** A good network again. */
  heal(): void {
    clearInterval(this.patrol);
    this.latencyMs = 0;
    this.refusing = false;
    this.frozen = false;
    this.dropping.clear();
    for (const pair of this.holed) this.end(pair);
    for (const { client, upstream, stranded } of this.pairs) {
      if (stranded) continue;
      client.resume();
      upstream.resume();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.patrol);
    for (const timer of this.timers) clearTimeout(timer);
    this.cut();
    this.server.close();
    if (this.server.listening) await once(this.server, 'close');
  }

  private accept(client: Socket): void {
    client.on('error', () => undefined);
    if (this.refusing) return void client.resetAndDestroy();
    const upstream = connect({ port: this.target, host: '127.0.0.1', noDelay: true });
    const pair: Pair = { client, upstream, heardAt: performance.now(), stranded: false };
    this.pairs.add(pair);
    for (const socket of [client, upstream])
      socket.on('error', () => undefined).once('close', () => this.end(pair));
    this.pass(pair, 'up', client, upstream);
    this.pass(pair, 'down', upstream, client);
    if (this.frozen) {
      client.pause();
      upstream.pause();
    }
  }

  private pass(pair: Pair, direction: Direction, from: Socket, to: Socket): void {
    /** As on every TCP connection nothing overtakes what is on its way, whatever becomes of the latency. */
    const onTheWay: (() => void)[] = [];
    const inTurn = (act: () => void) => {
      if (this.latencyMs === 0 && onTheWay.length === 0) return act();
      onTheWay.push(act);
      this.later(() => onTheWay.shift()?.());
    };
    const write = (bytes: Buffer) => {
      if (to.destroyed || to.writableEnded) return;
      // A slow reader behind the proxy is a slow reader for whoever is in front of it.
      if (!to.write(bytes)) from.pause();
    };
    from.on('data', (bytes: Buffer) => {
      if (direction === 'down') pair.heardAt = performance.now();
      if (this.dropping.has(direction)) return void this.holed.add(pair);
      inTurn(() => write(bytes));
    });
    to.on('drain', () => !this.frozen && !pair.stranded && from.resume());
    from.on('end', () => inTurn(() => to.end()));
  }

  private later(act: () => void): void {
    const timer = setTimeout(() => {
      this.timers.delete(timer);
      act();
    }, this.latencyMs);
    this.timers.add(timer);
  }

  private end(pair: Pair): void {
    this.pairs.delete(pair);
    this.holed.delete(pair);
    pair.client.destroy();
    pair.upstream.destroy();
  }
}
