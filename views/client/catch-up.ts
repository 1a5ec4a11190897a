import type { HistoryPage } from '../../src/protocol/http.js';

export type FetchHistory = (query: {
  after?: number;
  before?: number;
  limit: number;
}) => Promise<HistoryPage>;

/** The room's log is not the one the page was made from: reload the page. */
export class EpochChanged extends Error {
  constructor() {
    super('the room has another epoch');
    this.name = 'EpochChanged';
  }
}

const LIMIT = 100;

/**
 * Fetches everything after `after`, page by page until the head, and hands on each page in order.
 * Rejects with what `fetchHistory` rejects with, or with `EpochChanged`; pages handed on until then stay good.
 */
export async function catchUp(options: {
  epoch: string;
  after: number;
  fetchHistory: FetchHistory;
  onPage: (after: number, page: HistoryPage) => void;
  /** Asked before each page: whether it is still worth going on. */
  wanted: () => boolean;
}): Promise<void> {
  let { after } = options;
  while (options.wanted()) {
    const page = await options.fetchHistory({ after, limit: LIMIT });
    if (page.epoch !== options.epoch) throw new EpochChanged();
    options.onPage(after, page);
    const last = page.messages.at(-1)?.seq ?? after;
    // A page that brings nothing and promises more would be asked for without end.
    if (!page.more || last <= after) return;
    after = last;
  }
}
