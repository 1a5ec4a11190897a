import { Logger } from '@nestjs/common';
import type { Room, RoomLog } from '../log/room-log.js';

/**
 * Rooms whose log went back, until they have another epoch. On a standby that only reads that takes a while, in which the
 * log may grow beyond where it was: nobody would see that it went back, so it is remembered here.
 */
export class RewoundRooms {
  private readonly logger = new Logger(RewoundRooms.name);
  /** The epochs that must not stay, by room. */
  private readonly epochs = new Map<string, string>();

  constructor(private readonly log: RoomLog) {}

  /** Never rejects: what cannot be written now is tried again. */
  async add({ id, epoch }: Room): Promise<void> {
    this.epochs.set(id, epoch);
    await this.settle(id).catch((error: unknown) => this.warn(error));
  }

  /** All that wait for it. Never rejects. */
  async retry(): Promise<void> {
    try {
      for (const id of this.epochs.keys()) await this.settle(id);
    } catch (error) {
      this.warn(error);
    }
  }

  /** Resolves where positions in this room mean something. Rejects where it went back, and that cannot be written yet. */
  async settle(roomId: string): Promise<void> {
    const epoch = this.epochs.get(roomId);
    if (epoch === undefined) return;
    await this.log.renew(roomId, epoch);
    if (this.epochs.get(roomId) === epoch) this.epochs.delete(roomId);
  }

  private warn(error: unknown): void {
    this.logger.warn(`no new epoch for a room whose log went back, trying again: ${String(error)}`);
  }
}
