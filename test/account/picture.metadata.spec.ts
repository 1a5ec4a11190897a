import { describe, expect, it } from 'vitest';
import { pictureFormat } from '../../src/account/picture.format.js';
import { withoutMetadata } from '../../src/account/picture.metadata.js';
import { chunk, jpegOf, pngOf, webpOf } from './pictures.js';

const CANARY = 'N 52.5163 E 13.3777';
const note = Buffer.from(CANARY, 'latin1');

function segment(marker: number, ...parts: (string | Buffer)[]): Buffer {
  const data = Buffer.concat(parts.map((part) => Buffer.from(part as string, 'latin1')));
  const head = Buffer.from([0xff, marker, 0, 0]);
  head.writeUInt16BE(2 + data.length, 2);
  return Buffer.concat([head, data]);
}

/** Exif of one entry, in the order of bytes of most cameras, and a place behind it. */
function exif(turned: number): Buffer {
  const tiff = Buffer.from('49492a00080000000100120103000100000000000000000000000000', 'hex');
  tiff.writeUInt16LE(turned, 18);
  return segment(0xe1, 'Exif\0\0', tiff, note);
}

/** The start of the scan, points with an escaped byte and a restart, and the end. */
const scan = Buffer.concat([
  segment(0xda, Buffer.from([1, 1, 0, 0, 63, 0])),
  Buffer.from([0x12, 0xff, 0x00, 0x34, 0xff, 0xd3, 0x56]),
]);
const end = Buffer.from([0xff, 0xd9]);

function jpegWith(...extras: Buffer[]): Buffer {
  return Buffer.concat([jpegOf(64, 48).subarray(0, -2), ...extras, scan, scan, end]);
}

function webpWith(flags: number, ...extras: Buffer[]): Buffer {
  const bytes = Buffer.concat([webpOf(64, 48), ...extras]);
  bytes.writeUInt8(flags, 20);
  bytes.writeUInt32LE(bytes.length - 8, 4);
  return bytes;
}

function riffChunk(name: string, data: Buffer): Buffer {
  const head = Buffer.from(`${name}\0\0\0\0`, 'latin1');
  head.writeUInt32LE(data.length, 4);
  return Buffer.concat([head, data, Buffer.alloc(data.length % 2)]);
}

function pngWith(...extras: Buffer[]): Buffer {
  const plain = pngOf(64, 48);
  return Buffer.concat([plain.subarray(0, 33), ...extras, plain.subarray(33)]);
}

const tail = Buffer.concat([Buffer.from('PK\u0003\u0004', 'latin1'), note]);

describe('a picture', () => {
  it.each([
    ['JPEG', jpegWith()],
    ['PNG', pngOf(64, 48)],
    ['WebP', webpWith(0x10, riffChunk('VP8L', Buffer.from('points')))],
  ])('without anything else in it stays as it is, byte for byte: %s', (_name, bytes) => {
    expect(withoutMetadata(bytes, pictureFormat(bytes)!.type)).toEqual(bytes);
  });

  it.each([
    ['a place in Exif', jpegWith(exif(1)), jpegWith()],
    ['torn Exif', jpegWith(segment(0xe1, 'Exif\0\0', 'II*\0\u00ff\u00ff\u00ff\u00ff', note)), jpegWith()],
    ['XMP', jpegWith(segment(0xe1, 'http://ns.adobe.com/xap/1.0/\0', note)), jpegWith()],
    ['IPTC and comments', jpegWith(segment(0xed, note), segment(0xfe, note)), jpegWith()],
    ['an earlier small picture', jpegWith(segment(0xe0, 'JFXX\0', note)), jpegWith()],
    ['a file behind a JPEG', Buffer.concat([jpegWith(), tail]), jpegWith()],
    ['words in a PNG', pngWith(chunk('tEXt', note), chunk('eXIf', note)), pngOf(64, 48)],
    ['a file behind a PNG', Buffer.concat([pngOf(64, 48), tail]), pngOf(64, 48)],
    [
      'Exif and XMP in a WebP',
      webpWith(
        0x1c,
        riffChunk('VP8L', Buffer.from('points')),
        riffChunk('EXIF', note),
        riffChunk('XMP ', note),
      ),
      webpWith(0x10, riffChunk('VP8L', Buffer.from('points'))),
    ],
    ['a file behind a WebP', Buffer.concat([webpOf(64, 48), tail]), webpOf(64, 48)],
  ])('has its points and not %s', (_name, bytes, clean) => {
    expect(bytes.includes(CANARY)).toBe(true);
    expect(withoutMetadata(bytes, pictureFormat(bytes)!.type)).toEqual(clean);
  });

  it('keeps its colours, and which side is up', () => {
    const colours = [segment(0xe2, 'ICC_PROFILE\0', Buffer.from([1, 1, 9])), segment(0xee, 'Adobe', 'd')];
    const clean = withoutMetadata(jpegWith(exif(6), ...colours), 'image/jpeg')!;
    expect(clean.includes(CANARY)).toBe(false);
    const only = Buffer.from('4d4d002a0000000800010112000300000001000600000000', 'hex');
    const kept = segment(0xe1, 'Exif\0\0', only, Buffer.alloc(2));
    expect(clean.toString('hex')).toBe(jpegWith(kept, ...colours).toString('hex'));
    expect(withoutMetadata(clean, 'image/jpeg')).toEqual(clean);
  });

  it('that is cut or tampered with is none, or is cut where it was', () => {
    const whole = [jpegWith(exif(6)), pngWith(chunk('tEXt', note)), webpWith(0x1c, riffChunk('EXIF', note))];
    for (const bytes of whole) {
      const { type } = pictureFormat(bytes)!;
      for (let length = 34; length < bytes.length; length++) {
        const clean = withoutMetadata(bytes.subarray(0, length), type);
        expect(clean?.includes(CANARY) ?? false).toBe(false);
      }
    }
  });
});
