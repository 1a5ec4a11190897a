import type { DialectName } from './job.ts';

const [BRACE, ONE, TWO, FOUR] = [123, 49, 50, 52];
const [B, I, M, P, R] = [98, 105, 109, 112, 114];
/** Where the event's name begins, in `{"event":"…`. */
const NAME = '{"event":"'.length;

export type FrameKind = 'message' | 'reply' | 'ping' | 'bye' | 'other';

/** How one kind of server is spoken to, over frames of text. */
export interface Dialect {
  path(room: string | null): string;
  headers: string;
  /** What to say after the handshake, or after the frame that came; `ready` where nothing more is needed. */
  greet(frame: string | null, room: string | null): string | 'ready' | null;
  /** Judged by a byte or two: this runs for every delivery. */
  kindOf(bytes: Buffer, body: number): FrameKind;
  message(room: string, text: string, number: number): string;
  pong: string;
}

/** Of every client id, which begins with the time as those of our pages do. Tells this run apart from every other. */
const run = Math.random().toString(36).slice(2, 10).padEnd(8, '0');

const eventKind = (bytes: Buffer, body: number): FrameKind => {
  if (bytes[body] !== BRACE) return 'other';
  const name = bytes[body + NAME];
  if (name === M) return 'message';
  if (name === R) return 'reply';
  if (name === P && bytes[body + NAME + 1] === I) return 'ping';
  return name === B ? 'bye' : 'other';
};

const chat: Dialect = {
  path: () => '/ws/chat/',
  headers: 'Sec-WebSocket-Protocol: chat.v1\r\n',
  greet(frame, room) {
    if (frame === null) return null;
    if (frame.startsWith('{"event":"welcome"'))
      return room === null ? 'ready' : `{"event":"room.join","id":1,"data":{"room":"${room}"}}`;
    if (!frame.startsWith('{"event":"reply","id":1,')) return null;
    if (frame.includes('"ok":true')) return 'ready';
    throw new Error(`joining was refused: ${frame.slice(0, 200)}`);
  },
  kindOf: eventKind,
  message: (room, text, number) => {
    const clientId = `0${Date.now().toString(16)}-${run}-${number}`;
    return `{"event":"message.send","id":${number},"data":{"room":"${room}","text":"${text}","clientId":"${clientId}"}}`;
  },
  pong: '{"event":"pong","data":{}}',
};

const inQuery = (base: string, room: string | null, separator: string) =>
  room === null ? base : `${base}${separator}room=${room}`;

const events: Dialect = {
  path: (room) => inQuery('/ws', room, '?'),
  headers: '',
  greet: () => 'ready',
  kindOf: eventKind,
  message: (room, text) => `{"event":"message","data":{"room":"${room}","text":"${text}"}}`,
  pong: '',
};

/** Engine.IO 4 with its WebSocket transport alone. */
const socketIo: Dialect = {
  path: (room) => inQuery('/socket.io/?EIO=4&transport=websocket', room, '&'),
  headers: '',
  greet(frame) {
    if (frame === null) return null;
    if (frame.startsWith('0{')) return '40';
    return frame.startsWith('40{') ? 'ready' : null;
  },
  kindOf(bytes, body) {
    if (bytes[body] === FOUR && bytes[body + 1] === TWO) return 'message';
    if (bytes[body] === TWO) return 'ping';
    if (bytes[body] === ONE || (bytes[body] === FOUR && bytes[body + 1] === ONE)) return 'bye';
    return 'other';
  },
  message: (room, text) => `42["message",{"room":"${room}","text":"${text}"}]`,
  pong: '3',
};

export const dialects: Record<DialectName, Dialect> = { chat, events, 'socket.io': socketIo };
