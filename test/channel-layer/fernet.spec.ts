import { describe, expect, it } from 'vitest';
import { Fernet } from '../../src/channel-layer/fernet.js';

const plain = Buffer.from('81a474797065a174', 'hex');
const at = 1_700_000_000_000;
const token =
  'gAAAAABlU_EAAAECAwQFBgcICQoLDA0ODwLz6vKVUHJ8JEeQ49BVxPB719VRZUS9M7xpcRlr0N5xVASbZuJ85gSPZjQvFjamyg==';

describe('Fernet', () => {
  it("makes the token that Python's makes", () => {
    const iv = Uint8Array.from({ length: 16 }, (_, i) => i);
    expect(new Fernet(['secret']).encrypt(plain, at, iv)).toBe(token);
  });

  it("reads Python's token, with the first key or any other", () => {
    expect(new Fernet(['secret']).decrypt(token)).toEqual(plain);
    expect(new Fernet(['newer', 'secret']).decrypt(Buffer.from(token))).toEqual(plain);
    expect(() => new Fernet(['newer']).decrypt(token)).toThrow(new TypeError('The token is not one of ours'));
  });

  it('never makes the same token twice', () => {
    const fernet = new Fernet(['secret']);
    expect(fernet.encrypt(plain)).not.toBe(fernet.encrypt(plain));
  });

  it('refuses a token of which any bit was changed, or a part is missing', () => {
    const fernet = new Fernet(['secret']);
    const bytes = Buffer.from(token, 'base64url');
    for (let i = 0; i < bytes.length; i++) {
      const changed = Buffer.from(bytes);
      changed[i]! ^= 1;
      expect(() => fernet.decrypt(changed.toString('base64url'))).toThrow(TypeError);
      expect(() => fernet.decrypt(bytes.subarray(0, i).toString('base64url'))).toThrow(TypeError);
    }
  });

  it('refuses an old token, and one from the future, only where age matters', () => {
    const fernet = new Fernet(['secret']);
    expect(fernet.decrypt(token, 70, at + 70_000)).toEqual(plain);
    expect(() => fernet.decrypt(token, 70, at + 70_001)).toThrow('The token has expired');
    expect(fernet.decrypt(token, 70, at - 60_000)).toEqual(plain);
    expect(() => fernet.decrypt(token, 70, at - 60_001)).toThrow('The token has expired');
    expect(fernet.decrypt(token)).toEqual(plain);
  });

  it('needs a key', () => {
    for (const keys of [[], [''], ['a', '']]) expect(() => new Fernet(keys)).toThrow(TypeError);
  });
});
