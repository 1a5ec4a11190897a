import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/** Bytes in, bytes out: for what no WebSocket client would send. */
export class RawSocket implements Disposable {
  private received = Buffer.alloc(0);

  private constructor(readonly socket: Socket) {
    socket.on('data', (part: Buffer) => (this.received = Buffer.concat([this.received, part])));
    socket.on('error', () => undefined);
  }

  static async open(url: string): Promise<RawSocket> {
    const { hostname, port } = new URL(url);
    const socket = connect({ host: hostname, port: Number(port) });
    await once(socket, 'connect');
    return new RawSocket(socket);
  }

  write(data: string | Buffer): this {
    this.socket.write(data);
    return this;
  }

  /** Everything until the other side closes. Ends in 20 s at the latest. */
  async toEnd(): Promise<Buffer> {
    if (!this.socket.closed) await once(this.socket, 'close', { signal: AbortSignal.timeout(20_000) });
    return this.received;
  }

  /** The code of the server's close frame. Ends in 20 s at the latest. */
  async closedWith(): Promise<number | null> {
    const signal = AbortSignal.timeout(20_000);
    while (closeCode(this.received) === null && !this.socket.closed)
      await Promise.race([once(this.socket, 'data', { signal }), once(this.socket, 'close', { signal })]);
    return closeCode(this.received);
  }

  /** Everything until the end of the HTTP head. */
  async head(): Promise<string> {
    const signal = AbortSignal.timeout(20_000);
    while (!this.received.includes('\r\n\r\n')) await once(this.socket, 'data', { signal });
    return this.received.toString('latin1').split('\r\n\r\n', 1)[0] as string;
  }

  /** What has come so far. */
  get bytes(): Buffer {
    return this.received;
  }

  get text(): string {
    return this.received.toString();
  }

  [Symbol.dispose](): void {
    this.socket.destroy();
  }
}

export interface Answer {
  status: number;
  headers: Headers;
  body: { code?: string; [key: string]: unknown };
}

const good = {
  Host: '',
  Connection: 'Upgrade',
  Upgrade: 'websocket',
  'Sec-WebSocket-Version': '13',
  'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==',
};

/** The bytes of a handshake. A header that is `null` is left out, a list is sent once for each value. */
export function handshake(
  url: string,
  path: string,
  headers: Record<string, string | string[] | null> = {},
  method = 'GET',
): string {
  const all: Record<string, string | string[] | null> = { ...good, Host: new URL(url).host, ...headers };
  const lines = Object.entries(all).flatMap(([name, value]) =>
    value === null ? [] : [value].flat().map((each) => `${name}: ${each}\r\n`),
  );
  return `${method} ${path} HTTP/1.1\r\n${lines.join('')}\r\n`;
}

/** Sends a handshake that should be refused, and reads the whole answer. */
export async function refusedHandshake(...parameters: Parameters<typeof handshake>): Promise<Answer> {
  using raw = await RawSocket.open(parameters[0]);
  raw.write(handshake(...parameters));
  return parseAnswer(await raw.toEnd());
}

/** The status of a handshake, whether it is refused or not. */
export async function handshakeStatus(...parameters: Parameters<typeof handshake>): Promise<number> {
  using raw = await RawSocket.open(parameters[0]);
  raw.write(handshake(...parameters));
  return Number((await raw.head()).split(' ')[1]);
}

export function parseAnswer(bytes: Buffer): Answer {
  const [head = '', body = ''] = bytes.toString().split('\r\n\r\n');
  const [line = '', ...fields] = head.split('\r\n');
  const headers = new Headers(fields.map((field) => field.split(/: ?(.*)/s).slice(0, 2) as [string, string]));
  return { status: Number(line.split(' ')[1]), headers, body: body ? JSON.parse(body) : {} };
}

/** One masked frame. `opcode` 1 is text; `fin` false begins a message that goes on. */
export function frame(
  payload: string | Buffer,
  { opcode = 1, fin = true, masked = true, rsv = 0 } = {},
): Buffer {
  const data = Buffer.from(payload);
  const mask = Buffer.from([1, 2, 3, 4]);
  const length =
    data.length < 126
      ? Buffer.from([data.length])
      : data.length < 65_536
        ? Buffer.from([126, data.length >> 8, data.length & 255])
        : Buffer.concat([
            Buffer.from([127, 0, 0, 0, 0]),
            Buffer.from(new Uint32Array([data.length]).buffer).swap32(),
          ]);
  length[0] = (length[0] as number) | (masked ? 0x80 : 0);
  const first = Buffer.from([(fin ? 0x80 : 0) | rsv | opcode]);
  if (!masked) return Buffer.concat([first, length, data]);
  return Buffer.concat([first, length, mask, data.map((byte, index) => byte ^ (mask[index % 4] as number))]);
}

/** The code of the close frame among bytes of a server; `null` where there is none. */
export function closeCode(bytes: Buffer): number | null {
  let offset = bytes.indexOf('\r\n\r\n') + 4;
  while (offset + 2 <= bytes.length) {
    const opcode = (bytes[offset] as number) & 15;
    let length = (bytes[offset + 1] as number) & 127;
    let start = offset + 2;
    if (length === 126) [length, start] = [bytes.readUInt16BE(start), start + 2];
    else if (length === 127) [length, start] = [Number(bytes.readBigUInt64BE(start)), start + 8];
    if (opcode === 8) return length >= 2 ? bytes.readUInt16BE(start) : 1005;
    offset = start + length;
  }
  return null;
}
