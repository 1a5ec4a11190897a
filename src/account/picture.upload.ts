import type { Request, Response } from 'express';
import multer from 'multer';
import { ChatError } from '../protocol/index.js';
import { MAX_PICTURE_BYTES } from './picture.format.js';

const receive = multer({
  storage: multer.memoryStorage(),
  limits: { fileSize: MAX_PICTURE_BYTES, files: 1, fields: 4, parts: 5, headerPairs: 20, fieldSize: 1_024 },
}).single('picture');

/** The file of a form, kept in memory: it is small, or refused while it comes. Throws `too_large`, `bad_type`. */
export async function receivePicture(request: Request, response: Response): Promise<Buffer> {
  await new Promise<void>((resolve, reject) => {
    receive(request, response, (error: unknown) => {
      if (!error) return resolve();
      const isTooLarge = error instanceof multer.MulterError && error.code === 'LIMIT_FILE_SIZE';
      reject(
        isTooLarge
          ? new ChatError('too_large', 'A picture has at most 512 KiB.')
          : new ChatError('bad_schema', 'The upload was not complete. Please try again.'),
      );
    });
  });
  const bytes = request.file?.buffer;
  if (!bytes || bytes.length === 0) throw new ChatError('bad_type', 'Choose a PNG, a JPEG or a WebP.');
  return bytes;
}
