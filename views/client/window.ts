/**
 * Which stretch of the loaded messages is in the document. `to: null` follows the newest one.
 * Only this many rows exist at a time, however long the room is. Bounds are seqs, so that a page of older
 * messages does not move them.
 */
export interface Window {
  from: number;
  to: number | null;
}
interface Placed {
  seq: number;
}

export const MOST = 200;
const STEP = 50;
/** So many are loaded at the most, as long as one does not go up to read them, and so many stay. */
export const MOST_HELD = 5_000;
export const HELD = 1_000;

export function newest(messages: readonly Placed[], count = STEP * 2): Window {
  return { from: seqAt(messages, Math.max(0, messages.length - count)), to: null };
}

export function visible<Item extends Placed>(messages: readonly Item[], window: Window): Item[] {
  return messages.slice(firstAt(messages, window.from), endOf(messages, window));
}

/** A step towards the beginning; the same window where everything loaded is in it already. */
export function earlier(messages: readonly Placed[], window: Window): Window {
  const first = firstAt(messages, window.from);
  if (first === 0) return window;
  const from = Math.max(0, first - STEP);
  const end = Math.min(endOf(messages, window), from + MOST);
  return { from: seqAt(messages, from), to: end === messages.length ? window.to : seqAt(messages, end - 1) };
}

/** A step towards the newest. */
export function later(messages: readonly Placed[], window: Window): Window {
  if (window.to === null) return window;
  const end = Math.min(messages.length, endOf(messages, window) + STEP);
  const from = Math.max(firstAt(messages, window.from), end - MOST);
  return { from: seqAt(messages, from), to: end === messages.length ? null : seqAt(messages, end - 1) };
}

/** After messages came: follows where one is at the end, and stands still where one reads. */
export function grown(messages: readonly Placed[], window: Window, atEnd: boolean): Window {
  if (window.to !== null || messages.length - firstAt(messages, window.from) <= MOST) return window;
  if (atEnd) return newest(messages);
  return { from: window.from, to: seqAt(messages, firstAt(messages, window.from) + MOST - 1) };
}

/** Before which seq messages are let go, in a room that has been open for long: never what is shown. */
export function outOfSight(messages: readonly Placed[], window: Window): number | null {
  if (messages.length <= MOST_HELD) return null;
  const count = Math.min(firstAt(messages, window.from), messages.length - HELD);
  // A few at a time would cost more than they take up.
  return count < HELD ? null : seqAt(messages, count);
}

/** The index of the first one at or above `seq`. */
function firstAt(messages: readonly Placed[], seq: number): number {
  let low = 0;
  let high = messages.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((messages[middle]?.seq ?? 0) < seq) low = middle + 1;
    else high = middle;
  }
  return low;
}

function endOf(messages: readonly Placed[], { to }: Window): number {
  return to === null ? messages.length : firstAt(messages, to + 1);
}

function seqAt(messages: readonly Placed[], index: number): number {
  return messages[index]?.seq ?? 0;
}
