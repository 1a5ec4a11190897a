import { describe, expect, it } from 'vitest';
import { ChatGateway, Connection, FanOut } from '../../src/index.js';
import { textFrame } from '../../src/socket/text-frame.js';
import { startChat } from '../../src/testing/index.js';
import { handshake, RawSocket } from '../support/raw-socket.js';

const push = (n: number) => ({ event: 'team.news', data: { n } });

/** Says something in every way there is, as soon as it knows of a connection. */
@ChatGateway()
class Eager {
  constructor(private readonly fanOut: FanOut) {}

  handleConnection(connection: Connection): void {
    connection.write(textFrame(JSON.stringify(push(1))));
    this.fanOut.push(connection, push(2));
    this.fanOut.add('team', connection);
    this.fanOut.deliver('team', push(3));
  }
}

/** All text frames of a server, which are short of 64 KiB here. */
function framesOf(received: Buffer) {
  const bytes = received.subarray(received.indexOf('\r\n\r\n') + 4);
  const frames: { event: string; data: Record<string, unknown> }[] = [];
  for (let at = 0; at + 2 <= bytes.length;) {
    const short = bytes[at + 1] as number;
    const start = at + (short < 126 ? 2 : 4);
    const end = start + (short < 126 ? short : bytes.readUInt16BE(at + 2));
    if (end > bytes.length) break;
    frames.push(JSON.parse(bytes.toString('utf8', start, end)) as never);
    at = end;
  }
  return frames;
}

async function received(url: string, path: string): Promise<ReturnType<typeof framesOf>> {
  using raw = await RawSocket.open(url);
  raw.write(handshake(url, path, { 'sec-websocket-protocol': 'chat.v1' }));
  await expect.poll(() => framesOf(raw.bytes).filter(({ event }) => event === 'team.news').length).toBe(3);
  return framesOf(raw.bytes);
}

describe('the first frame of a connection', () => {
  it.each(['/ws/chat/', '/ws/chat/lobby/'])(
    'on %s is welcome, however early a gateway of a team’s own speaks, and in whatever way',
    async (path) => {
      await using chat = await startChat({ providers: [Eager], env: { MAX_TEXT_LENGTH: 1_000 } });
      const [first, ...rest] = await received(chat.url, path);
      expect(first).toMatchObject({
        event: 'welcome',
        data: { user: { guest: true }, pingEveryMs: 25_000, limits: { textLength: 1_000 } },
      });
      const news = rest.filter(({ event }) => event === 'team.news').map(({ data }) => data.n);
      expect(news).toEqual([1, 2, 3]);
      expect(rest.some(({ event }) => event === 'welcome')).toBe(false);
    },
  );
});
