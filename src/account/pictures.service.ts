import { randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { Auth } from '../auth/better-auth.js';
import { columnsOf } from '../database/columns.js';
import { ChatError } from '../protocol/index.js';
import { MAX_PICTURE_BYTES, MAX_PICTURE_SIDE, pictureFormat } from './picture.format.js';
import { withoutMetadata } from './picture.metadata.js';

const ID = /^[A-Za-z0-9_-]{22}$/;

export interface StoredPicture {
  type: string;
  bytes: Buffer;
}

/** Pictures of people, in the database. Each has a random name, under which nothing else will ever be. */
@Injectable()
export class PicturesService {
  constructor(private readonly auth: Auth) {}

  /** Its points, and nothing else that is in the file. Throws `too_large` or `bad_type`. */
  async choose(userId: string, bytes: Buffer): Promise<void> {
    if (bytes.length > MAX_PICTURE_BYTES) throw new ChatError('too_large', 'A picture has at most 512 KiB.');
    const format = pictureFormat(bytes);
    const points = format && withoutMetadata(bytes, format.type);
    if (!points) throw new ChatError('bad_type', 'A picture is a PNG, a JPEG or a WebP.');
    const { type, width, height } = format;
    if (width < 1 || height < 1 || width > MAX_PICTURE_SIDE || height > MAX_PICTURE_SIDE)
      throw new ChatError(
        'too_large',
        `A picture has at most ${MAX_PICTURE_SIDE} × ${MAX_PICTURE_SIDE} points.`,
      );
    await this.replace(userId, { id: randomBytes(16).toString('base64url'), type, bytes: points });
  }

  async remove(userId: string): Promise<void> {
    await this.replace(userId, null);
  }

  async find(id: string): Promise<StoredPicture | null> {
    if (!ID.test(id)) return null;
    const query = this.auth.tables.selectFrom('picture').select(['type', 'bytes']).where('id', '=', id);
    const row = await this.auth.database.attempt(() => query.executeTakeFirst());
    return row ? { type: row.type, bytes: Buffer.from(row.bytes) } : null;
  }

  private async replace(userId: string, picture: (StoredPicture & { id: string }) | null): Promise<void> {
    const { database, tables } = this.auth;
    const now = columnsOf(database.dialect).instant(new Date());
    await database.attempt(() =>
      tables.transaction().execute(async (store) => {
        await store.deleteFrom('picture').where('userId', '=', userId).execute();
        if (picture)
          await store
            .insertInto('picture')
            .values({ ...picture, userId, createdAt: now })
            .execute();
        const image = picture?.id ?? null;
        await store.updateTable('user').set({ image, updatedAt: now }).where('id', '=', userId).execute();
      }),
    );
    await this.auth.accounts.announce([userId]);
  }
}
