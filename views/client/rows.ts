import type { Message, User } from '../../src/protocol/events.js';
import type { Outbox, Outgoing } from './outbox.js';

/** What the list of messages is drawn from: messages with day lines between, and where groups begin and end. */
export type Row =
  | { kind: 'day'; key: string; at: string }
  | { kind: 'new'; key: string }
  | {
      kind: 'message';
      key: string;
      user: User;
      text: string;
      at: string;
      mine: boolean;
      /** First and last of what one person said in a row. */
      first: boolean;
      last: boolean;
      seq?: number;
      /** As the room's log has it. */
      message?: Message;
      /** Where the room's log does not show it yet. */
      outgoing?: Outgoing;
    };
type MessageRow = Extract<Row, { kind: 'message' }>;

export const GROUP_MS = 5 * 60_000;

export function rowsOf(options: {
  messages: readonly Message[];
  outbox: Outbox;
  me: User;
  /** The day an instant belongs to: UTC on the server, the reader's own in the browser. */
  dayOf(at: string): string;
  /** A line is drawn before the first message after this seq. */
  newAfter?: number | null;
}): Row[] {
  const { me, dayOf, newAfter = null } = options;
  const rows: Row[] = [];
  let previous: MessageRow | null = null;
  let marked = newAfter === null;
  const lines = new Map<string, number>();
  /** Clocks differ, and time may go back over midnight: then a day has more than one line. */
  const lineOf = (at: string): Row => {
    const day = dayOf(at);
    const count = (lines.get(day) ?? 0) + 1;
    lines.set(day, count);
    return { kind: 'day', key: `day ${day} ${count}`, at };
  };
  const add = (row: MessageRow): void => {
    let joins = false;
    if (previous === null || dayOf(previous.at) !== dayOf(row.at)) {
      rows.push(lineOf(row.at));
    } else
      joins = previous.user.id === row.user.id && Date.parse(row.at) - Date.parse(previous.at) < GROUP_MS;
    if (!marked && row.seq !== undefined && row.seq > (newAfter ?? 0) && !row.mine) {
      marked = true;
      joins = false;
      // A line above everything one has would say nothing.
      if (previous !== null) rows.push({ kind: 'new', key: 'new' });
    }
    row.first = !joins;
    if (previous !== null) previous.last = !joins;
    rows.push(row);
    previous = row;
  };
  for (const message of options.messages) {
    const { user, text, at, seq, clientId } = message;
    const shape = { mine: user.id === me.id, first: true, last: true };
    add({ kind: 'message', key: keyOf(user, clientId), user, text, at, ...shape, seq, message });
  }
  for (const outgoing of options.outbox) {
    const { clientId, text, at } = outgoing;
    const key = keyOf(me, clientId);
    add({ kind: 'message', key, user: me, text, at, mine: true, first: true, last: true, outgoing });
  }
  return rows;
}

/** The same before and after it is stored, so that a bubble stays the bubble it was. */
function keyOf(user: User, clientId: string): string {
  return `${user.id} ${clientId}`;
}
