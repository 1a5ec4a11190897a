import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { WebSocketServer, type WebSocket } from 'ws';

type Frame = { event: string; id?: number; data: Record<string, unknown> };

/** A server of a few lines that says what the test tells it to. */
export class SocketServer implements AsyncDisposable {
  readonly received: Frame[] = [];
  readonly sockets: WebSocket[] = [];
  private readonly watchers = new Set<() => void>();

  private constructor(private readonly server: WebSocketServer) {
    server.on('connection', (socket) => {
      this.sockets.push(socket);
      socket.on('message', (raw) => {
        const frame = JSON.parse(String(raw)) as Frame;
        this.received.push(frame);
        this.onFrame(frame, socket);
        for (const watcher of this.watchers) watcher();
      });
      this.onConnect(socket);
    });
  }

  onConnect: (socket: WebSocket) => void = () => {};
  onFrame: (frame: Frame, socket: WebSocket) => void = () => {};

  static async start(): Promise<SocketServer> {
    const server = new WebSocketServer({ host: '127.0.0.1', port: 0, handleProtocols: () => 'chat.v1' });
    await once(server, 'listening');
    return new SocketServer(server);
  }

  get url(): string {
    return `ws://127.0.0.1:${(this.server.address() as AddressInfo).port}/ws/chat/`;
  }

  push(event: string, data: unknown, socket = this.sockets.at(-1)): void {
    socket?.send(JSON.stringify({ event, data }));
  }

  reply(frame: Frame, data: unknown, socket = this.sockets.at(-1)): void {
    socket?.send(JSON.stringify({ event: 'reply', id: frame.id, ok: true, data }));
  }

  refuse(frame: Frame, code: string, socket = this.sockets.at(-1)): void {
    const error = { code, message: `refused: ${code}` };
    socket?.send(JSON.stringify({ event: 'reply', id: frame.id, ok: false, error }));
  }

  async seen(event: string, count = 1): Promise<Frame[]> {
    const found = (): Frame[] => this.received.filter((frame) => frame.event === event);
    while (found().length < count) {
      await new Promise<void>((resolve) => {
        const watcher = (): void => {
          this.watchers.delete(watcher);
          resolve();
        };
        this.watchers.add(watcher);
      });
    }
    return found();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.sockets) socket.terminate();
    await new Promise((resolve) => this.server.close(resolve));
  }
}
