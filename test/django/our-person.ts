import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { WebSocket } from 'ws';

const PATIENCE_MS = 5_000;

interface Reply {
  event: string;
  id?: number;
  ok?: boolean;
  data?: { text?: string };
}

/** One of our people, with a client that does what a client should: what is not acknowledged is sent again. */
export class OurPerson {
  /** Texts of messages, as they came. */
  readonly heard: string[] = [];
  private socket?: WebSocket;
  /** Where that leads. */
  private address = '';
  private closed = false;
  private waiting?: { id: number; settle: (ok: boolean) => void };
  private lastId = 0;
  /** Who comes back is the same person: otherwise nobody could know a repeat. */
  private cookie?: string;

  /** `addresses` of all servers, whose first answering one is taken. */
  constructor(
    private readonly addresses: () => string[],
    private readonly room: string,
  ) {}

  /** Resolves when it is stored, with the addresses that it was given to: the last one said so. */
  async say(text: string): Promise<string[]> {
    const clientId = randomUUID();
    const tried: string[] = [];
    while (!this.closed) {
      await this.connect();
      tried.push(this.address);
      if (await this.request('message.send', { room: this.room, text, clientId })) break;
      this.socket?.terminate();
    }
    return tried;
  }

  async connect(): Promise<void> {
    while (!this.closed && this.socket?.readyState !== WebSocket.OPEN)
      for (const address of this.addresses())
        if (await this.attempt(address)) return;
        else await pause(50);
  }

  close(): void {
    this.closed = true;
    this.waiting?.settle(false);
    this.socket?.terminate();
  }

  private async attempt(address: string): Promise<boolean> {
    const origin = address.replace('ws', 'http');
    try {
      this.cookie ??= await signIn(origin);
    } catch {
      return false;
    }
    const headers = { cookie: this.cookie };
    const options = { origin, headers, handshakeTimeout: PATIENCE_MS };
    const socket = new WebSocket(`${address}/ws/chat/`, ['chat.v1'], options);
    this.socket = socket;
    this.address = address;
    socket.on('message', (data: Buffer) => this.hear(socket, JSON.parse(data.toString()) as Reply));
    socket.on('close', () => this.socket === socket && this.waiting?.settle(false));
    const failed = new Promise<false>((resolve) => socket.once('error', () => resolve(false)));
    const opened = await Promise.race([
      once(socket, 'open').then(
        () => true,
        () => false,
      ),
      failed,
    ]);
    return opened && this.request('room.join', { room: this.room });
  }

  private async request(event: string, data: object): Promise<boolean> {
    const id = ++this.lastId;
    let timer: NodeJS.Timeout | undefined;
    const answered = new Promise<boolean>((settle) => {
      this.waiting = { id, settle };
      timer = setTimeout(() => settle(false), PATIENCE_MS);
    });
    if (this.socket?.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify({ event, id, data }));
    else this.waiting?.settle(false);
    const ok = await answered;
    clearTimeout(timer);
    return ok;
  }

  private hear(socket: WebSocket, { event, id, ok, data }: Reply): void {
    if (event === 'message.created') this.heard.push(String(data?.text));
    else if (event === 'ping') socket.send('{"event":"pong","data":{}}');
    else if (event === 'reply' && id === this.waiting?.id) this.waiting?.settle(ok === true);
  }
}

async function signIn(origin: string): Promise<string> {
  const response = await fetch(`${origin}/api/auth/sign-in/anonymous`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin },
    body: '{}',
    signal: AbortSignal.timeout(PATIENCE_MS),
  });
  if (!response.ok) throw new Error(`the sign-in was answered with ${response.status}`);
  return response.headers
    .getSetCookie()
    .map((line) => line.split(';', 1)[0])
    .join('; ');
}
