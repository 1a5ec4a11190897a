import { Injectable } from '@nestjs/common';
import { Storage } from '../../src/chat/storage.js';
import {
  type Appended,
  type EventDraft,
  type Head,
  type RangeQuery,
  type RoomEvent,
  RoomLog,
  type StoredMessage,
} from '../../src/log/room-log.js';

/** The log as it is, for a test to come between: `startChat({ roomLog })` with a class that extends this one. */
@Injectable()
export class StorageRoomLog extends RoomLog {
  constructor(protected readonly storage: Storage) {
    super();
  }

  override append(draft: EventDraft): Promise<Appended> {
    return this.storage.log.append(draft);
  }

  override range(roomId: string, query: RangeQuery): Promise<RoomEvent[]> {
    return this.storage.log.range(roomId, query);
  }

  override messages(roomId: string, query: RangeQuery): Promise<StoredMessage[]> {
    return this.storage.log.messages(roomId, query);
  }

  override message(roomId: string, id: string): Promise<StoredMessage | null> {
    return this.storage.log.message(roomId, id);
  }

  override heads(roomIds: string[]): Promise<Map<string, Head>> {
    return this.storage.log.heads(roomIds);
  }

  override renew(roomId: string, epoch: string): Promise<void> {
    return this.storage.log.renew(roomId, epoch);
  }
}
