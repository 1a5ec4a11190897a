/** RFC 6455 by hand, and only as much of it as a well-behaved server sends to a well-behaved client. */
export const TEXT = 1;
export const CLOSE = 8;
export const PING = 9;
export const PONG = 10;

const MASK = [0x3a, 0x91, 0xc4, 0x67] as const;

/** One masked frame. The mask is not zero: `ws` would skip the unmasking that every real client costs it. */
export function clientFrame(text: string, opcode = TEXT): Buffer {
  const length = Buffer.byteLength(text);
  const head = length < 126 ? 6 : 8;
  const frame = Buffer.allocUnsafe(head + length);
  frame[0] = 0x80 | opcode;
  if (length < 126) frame[1] = 0x80 | length;
  else {
    frame[1] = 0x80 | 126;
    frame.writeUInt16BE(length, 2);
  }
  for (let index = 0; index < 4; index++) frame[head - 4 + index] = MASK[index] as number;
  frame.write(text, head);
  for (let index = 0; index < length; index++)
    frame[head + index] = (frame[head + index] as number) ^ (MASK[index & 3] as number);
  return frame;
}

export type OnFrame = (opcode: number, body: number, end: number) => void;

/** Tells every whole frame between `at` and `end`, in place; returns where the first incomplete one begins. */
export function walkFrames(bytes: Buffer, at: number, end: number, onFrame: OnFrame): number {
  while (end - at >= 2) {
    let length = bytes[at + 1] as number;
    let body = at + 2;
    if (length === 126) {
      if (end - at < 4) break;
      length = ((bytes[at + 2] as number) << 8) | (bytes[at + 3] as number);
      body = at + 4;
    } else if (length === 127) {
      if (end - at < 10) break;
      length = bytes.readUInt32BE(at + 6);
      body = at + 10;
    }
    if (body + length > end) break;
    onFrame((bytes[at] as number) & 15, body, body + length);
    at = body + length;
  }
  return at;
}
