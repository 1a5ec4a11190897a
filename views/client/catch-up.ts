import type { EventsPage, HistoryPage } from '../../src/protocol/http.js';

export type FetchHistory = (query: { before: number; limit: number }) => Promise<HistoryPage>;
export type FetchEvents = (query: { after: number; limit: number }) => Promise<EventsPage>;

/** The room's log is not the one the page was made from: reload the page. */
export class EpochChanged extends Error {
  constructor() {
    super('the room has another epoch');
    this.name = 'EpochChanged';
  }
}

const LIMIT = 100;

/**
 * Fetches everything that happened after `after`, page by page until the head, and hands on each page in order. Events,
 * not messages: what became of those that are on the page already belongs to it.
 * Rejects with what `fetchEvents` rejects with, or with `EpochChanged`; pages handed on until then stay good.
 */
export async function catchUp(options: {
  epoch: string;
  after: number;
  fetchEvents: FetchEvents;
  onPage: (page: EventsPage) => void;
  /** Asked before each page: whether it is still worth going on. */
  wanted: () => boolean;
}): Promise<void> {
  let { after } = options;
  while (options.wanted()) {
    const page = await options.fetchEvents({ after, limit: LIMIT });
    // What was there before is not: the log went back behind it, and has not been given another epoch yet.
    if (page.epoch !== options.epoch || page.head < after) throw new EpochChanged();
    options.onPage(page);
    const last = page.events.at(-1)?.data.seq ?? after;
    // A page that brings nothing and promises more would be asked for without end.
    if (!page.more || last <= after) return;
    after = last;
  }
}
