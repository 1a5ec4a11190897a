import type { PictureFormat } from './picture.format.js';

/**
 * The same points without what else is in the file: where and when it was taken, by whom and with what, earlier versions
 * of it, and whatever hangs behind its end. Nothing is decoded. `null` where its parts do not fit together.
 */
export function withoutMetadata(bytes: Buffer, type: PictureFormat['type']): Buffer | null {
  try {
    return cleaners[type](bytes);
  } catch (error) {
    // A length leads out of the file.
    if (error instanceof RangeError) return null;
    throw error;
  }
}

const cleaners: Record<PictureFormat['type'], (bytes: Buffer) => Buffer | null> = {
  'image/png': png,
  'image/jpeg': jpeg,
  'image/webp': webp,
};

/** Throws a `RangeError` where there is less. */
function part(bytes: Buffer, from: number, length: number): Buffer {
  if (from + length > bytes.length) throw new RangeError('the file is shorter than it says');
  return bytes.subarray(from, from + length);
}

/** Points, colours, and how they move. */
const PNG_CHUNKS = new Set(
  'IHDR PLTE IDAT IEND tRNS gAMA cHRM sRGB iCCP sBIT cICP bKGD pHYs acTL fcTL fdAT'.split(' '),
);

function png(bytes: Buffer): Buffer | null {
  const kept: Buffer[] = [part(bytes, 0, 8)];
  for (let at = 8; ;) {
    const name = part(bytes, at + 4, 4).toString('latin1');
    const chunk = part(bytes, at, 12 + bytes.readUInt32BE(at));
    if (PNG_CHUNKS.has(name)) kept.push(chunk);
    if (name === 'IEND') return Buffer.concat(kept);
    at += chunk.length;
  }
}

const [START, END] = [Buffer.from([0xff, 0xd8]), Buffer.from([0xff, 0xd9])];
const SCAN = 0xda;

function jpeg(bytes: Buffer): Buffer | null {
  const kept: Buffer[] = [START];
  for (let at = 2; at + 2 <= bytes.length;) {
    const marker = bytes[at + 1] ?? 0;
    if (bytes[at] !== 0xff) return null;
    if (marker === 0xff) {
      at += 1;
      continue;
    }
    if (marker === 0xd9) break;
    const segment = part(bytes, at, 2 + bytes.readUInt16BE(at + 2));
    const length = marker === SCAN ? endOfScan(bytes, at + segment.length) - at : segment.length;
    kept.push(marker === SCAN ? part(bytes, at, length) : segmentOf(marker, segment));
    at += length;
  }
  // Cameras leave it out at times, and browsers do not mind.
  return Buffer.concat([...kept, END]);
}

/** Compressed points go on up to a marker that is neither an escaped 0xff nor a restart. */
function endOfScan(bytes: Buffer, from: number): number {
  for (let at = bytes.indexOf(0xff, from); at >= 0; at = bytes.indexOf(0xff, at + 1)) {
    const next = bytes[at + 1];
    if (next !== undefined && next !== 0 && next !== 0xff && (next < 0xd0 || next > 0xd7)) return at;
  }
  return bytes.length;
}

const NOTHING = Buffer.alloc(0);

/** APP0 to APP15 and comments are for programs. Colours depend on three of them, and on which side is up. */
function segmentOf(marker: number, segment: Buffer): Buffer {
  const isForPrograms = (marker >= 0xe0 && marker <= 0xef) || marker === 0xfe;
  if (!isForPrograms) return segment;
  const begins = (word: string) => segment.toString('latin1', 4, 4 + word.length) === word;
  // Without its small picture, which may be an earlier one.
  if (marker === 0xe0 && begins('JFIF\0') && segment.length >= 18)
    return Buffer.concat([Buffer.from([0xff, 0xe0, 0, 16]), segment.subarray(4, 16), Buffer.alloc(2)]);
  if (marker === 0xe1 && begins('Exif\0\0')) return orientationOf(segment.subarray(10));
  if ((marker === 0xe2 && begins('ICC_PROFILE\0')) || (marker === 0xee && begins('Adobe'))) return segment;
  return NOTHING;
}

const ORIENTATION = 0x0112;

/** Exif with this alone, where the picture has to be turned: or people would lie on their sides. */
function orientationOf(tiff: Buffer): Buffer {
  if (tiff.length < 8) return NOTHING;
  const isLittle = tiff.toString('latin1', 0, 2) === 'II';
  const short = (at: number) => (isLittle ? tiff.readUInt16LE(at) : tiff.readUInt16BE(at));
  const first = isLittle ? tiff.readUInt32LE(4) : tiff.readUInt32BE(4);
  for (let at = first + 2; at + 12 <= tiff.length && at < first + 2 + short(first) * 12; at += 12) {
    if (short(at) !== ORIENTATION) continue;
    const turned = short(at + 8);
    if (turned < 2 || turned > 8) break;
    const exif = Buffer.from(
      'ffe100224578696600004d4d002a00000008000101120003000000010000000000000000',
      'hex',
    );
    exif.writeUInt16BE(turned, 28);
    return exif;
  }
  return NOTHING;
}

const WEBP_CHUNKS = new Set(['VP8X', 'VP8 ', 'VP8L', 'ALPH', 'ANIM', 'ANMF', 'ICCP']);
/** In VP8X: that there is XMP, and Exif. */
const METADATA_FLAGS = 0x0c;

function webp(bytes: Buffer): Buffer | null {
  const end = 8 + bytes.readUInt32LE(4);
  const kept: Buffer[] = [];
  for (let at = 12; at + 8 <= end;) {
    const name = part(bytes, at, 4).toString('latin1');
    const size = bytes.readUInt32LE(at + 4);
    const chunk = Buffer.from(part(bytes, at, 8 + size + (size % 2)));
    if (name === 'VP8X') chunk.writeUInt8(chunk.readUInt8(8) & ~METADATA_FLAGS, 8);
    if (WEBP_CHUNKS.has(name)) kept.push(chunk);
    at += chunk.length;
  }
  const head = Buffer.from('RIFF\0\0\0\0WEBP', 'latin1');
  head.writeUInt32LE(4 + kept.reduce((sum, { length }) => sum + length, 0), 4);
  return Buffer.concat([head, ...kept]);
}
