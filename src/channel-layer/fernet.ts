import {
  createCipheriv,
  createDecipheriv,
  createHash,
  createHmac,
  randomBytes,
  timingSafeEqual,
} from 'node:crypto';

const version = 0x80;
const headBytes = 1 + 8 + 16;
const macBytes = 32;
/** The most that a sender's clock may be ahead of ours, where age matters. */
const skewSeconds = 60;

interface FernetKey {
  signing: Buffer;
  encryption: Buffer;
}

/**
 * Fernet tokens as channels_redis makes them: the key is the SHA-256 of a string, `0x80 ‖ uint64be seconds ‖ IV ‖
 * AES-128-CBC ‖ HMAC-SHA256`, in base64url with padding. The first key encrypts, all decrypt.
 */
export class Fernet {
  private readonly keys: [FernetKey, ...FernetKey[]];

  constructor(keys: readonly string[]) {
    // Characters of a string would be keys, too, and everybody's.
    if (!Array.isArray(keys)) throw new TypeError('symmetricEncryptionKeys is a list of keys');
    const [first, ...others] = keys as readonly string[];
    if (!first || !others.every(Boolean))
      throw new TypeError('An encryption key is a string that is not empty');
    this.keys = [derive(first), ...others.map(derive)];
  }

  encrypt(plain: Uint8Array, now = Date.now(), iv: Uint8Array = randomBytes(16)): string {
    const [{ signing, encryption }] = this.keys;
    const head = Buffer.alloc(9);
    head.writeUInt8(version);
    head.writeBigUInt64BE(BigInt(Math.floor(now / 1000)), 1);
    const cipher = createCipheriv('aes-128-cbc', encryption, iv);
    const body = Buffer.concat([head, iv, cipher.update(plain), cipher.final()]);
    const token = Buffer.concat([body, mac(signing, body)]).toString('base64');
    return token.replaceAll('+', '-').replaceAll('/', '_');
  }

  /**
   * Throws a `TypeError` for what no key of ours signed and for what is older than `maxAge` seconds, in one sentence
   * each that says nothing about why.
   */
  decrypt(token: Uint8Array | string, maxAge?: number, now = Date.now()): Buffer {
    const text = typeof token === 'string' ? token : Buffer.from(token).toString('latin1');
    const bytes = Buffer.from(text, 'base64url');
    const body = bytes.subarray(0, -macBytes);
    const encrypted = body.length - headBytes;
    if (encrypted < 16 || encrypted % 16 !== 0 || bytes[0] !== version) throw new TypeError(notOurs);
    const given = bytes.subarray(-macBytes);
    const key = this.keys.find(({ signing }) => timingSafeEqual(mac(signing, body), given));
    if (!key) throw new TypeError(notOurs);
    if (maxAge !== undefined) {
      const age = now / 1000 - Number(body.readBigUInt64BE(1));
      if (age > maxAge || age < -skewSeconds) throw new TypeError('The token has expired');
    }
    const decipher = createDecipheriv('aes-128-cbc', key.encryption, body.subarray(9, headBytes));
    return Buffer.concat([decipher.update(body.subarray(headBytes)), decipher.final()]);
  }
}

const notOurs = 'The token is not one of ours';

function derive(key: string): FernetKey {
  const bytes = createHash('sha256').update(key, 'utf8').digest();
  return { signing: bytes.subarray(0, 16), encryption: bytes.subarray(16) };
}

const mac = (key: Buffer, body: Buffer) => createHmac('sha256', key).update(body).digest();
