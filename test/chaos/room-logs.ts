import type { Stored } from './history.js';

/** The database's events, by place and by who said them. */
export class RoomLogs {
  private readonly places = new Map<string, Stored>();
  private readonly drafts = new Map<string, Stored[]>();

  constructor(readonly all: readonly Stored[]) {
    for (const event of all) {
      this.places.set(`${event.room} ${event.seq}`, event);
      const key = draftKey(event);
      this.drafts.set(key, [...(this.drafts.get(key) ?? []), event]);
    }
  }

  at(room: string, seq: number): Stored | undefined {
    return this.places.get(`${room} ${seq}`);
  }

  /** Wherever it was stored. */
  ofDraft(draft: Pick<Stored, 'author' | 'clientId'>): Stored[] {
    return this.drafts.get(draftKey(draft)) ?? [];
  }
}

/** One message, wherever it is: repeats have the same. */
export const draftKey = ({ author, clientId }: Pick<Stored, 'author' | 'clientId'>) =>
  `${author} ${clientId}`;
