import { createHmac } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/** What an authenticator app shows for a key in base32, some half minutes from now (RFC 6238). */
export function totp(base32: string, steps = 0, now = Date.now()): string {
  const bits = [...base32.replace(/=+$/, '')]
    .map((letter) => ALPHABET.indexOf(letter).toString(2).padStart(5, '0'))
    .join('');
  const key = Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => parseInt(byte, 2)));
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(now / 30_000) + steps));
  const digest = createHmac('sha1', key).update(counter).digest();
  const offset = (digest.at(-1) ?? 0) & 0xf;
  return String((digest.readUInt32BE(offset) & 0x7fffffff) % 1_000_000).padStart(6, '0');
}

/** What the app showed half a minute ago. Taken where it stays good for a while yet: with the next half minute it ends. */
export async function previousTotp(base32: string): Promise<string> {
  const left = 30_000 - (Date.now() % 30_000);
  if (left < 8_000) await pause(left);
  return totp(base32, -1);
}
