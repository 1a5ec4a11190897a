/** From a seed, so that a failure can be had again. */
export function chance(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

const oddities = [
  '\0',
  '\ud800',
  '\udfff\ud800',
  '\ufffe\uffff',
  '\u{10ffff}',
  '\u202e\u2066',
  '\u2028\u2029',
  '\u200d\ufeff',
  '\x1b[2J\x07',
  '\x7f\x80\x9f',
  'e' + '\u0301'.repeat(500),
  '👩‍👩‍👧‍👦🏳️‍🌈',
  '</script><img src=x onerror=alert(1)>',
  '{{7*7}}{% include "x" %}%s%n',
  '"\\u0000\\ud800"',
  "'; drop table message; --",
  '__asgi_channel__',
  'x'.repeat(3_900),
  '漢'.repeat(3_900),
  '👋'.repeat(1_950),
];
const keys = [
  'type',
  'message',
  '__proto__',
  'constructor',
  '__asgi_channel__',
  'source',
  'bytes',
  'text',
  '\0',
];

/** Odd, and to be stored: no longer than a message may be, and Unicode. */
export function oddText(random: () => number): string {
  const allowed = oddities.filter((text) => text.isWellFormed() && !text.includes('\0'));
  const some = Array.from({ length: 3 }, () => allowed[Math.floor(random() * allowed.length)]!);
  const text = some.join(' ').slice(0, 4_000).toWellFormed();
  return text.trim() === '' ? 'nothing to see' : text;
}

/** One frame that nobody means well with: text, or bytes that are sent as text. */
export function hostileFrame(random: () => number): string | Buffer {
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)]!;
  const odd = () => Array.from({ length: 1 + Math.floor(random() * 3) }, () => pick(oddities)).join('');
  const value = (depth: number): unknown => {
    const kind = Math.floor(random() * (depth > 3 ? 7 : 9));
    if (kind < 2) return odd();
    if (kind < 7) return pick([null, true, 1e308, -0.5, 2 ** 63, 'type.disconnect', '', -1] as const);
    if (kind === 7) return Array.from({ length: 3 }, () => value(depth + 1));
    return Object.fromEntries([0, 1, 2].map(() => [pick(keys), value(depth + 1)]));
  };
  const type = pick(['chat.message', 'chat_message', 'websocket.disconnect', 'receive', 'dispatch', '_x', 7]);
  switch (Math.floor(random() * 9)) {
    case 0:
      return JSON.stringify({ message: odd() });
    case 1:
      return JSON.stringify({ message: value(0) });
    case 2:
      return JSON.stringify({ message: 'hi', type, [pick(keys)]: value(0) });
    case 3:
      return JSON.stringify(value(0));
    case 4:
      return '['.repeat(Math.floor(random() * 12_000));
    case 5:
      return Buffer.from(Array.from({ length: 60 }, () => Math.floor(random() * 256)));
    case 6:
      return `{"message":"${'\\ud83d'.repeat(3)}${odd().replaceAll('"', '')}"}`;
    case 7:
      return JSON.stringify({ message: 'y'.repeat(Math.floor(random() * 20_000)) });
    default:
      return JSON.stringify({
        event: pick(['message.send', 'room.join', 'chat_message']),
        id: value(3),
        data: { room: 'fuzz', text: odd(), clientId: crypto.randomUUID(), [pick(keys)]: value(2) },
      });
  }
}
