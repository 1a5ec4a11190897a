import type { VNode } from 'preact';
import { memo } from './memo.js';
import { isEmojiOnly } from '../client/emoji-only.js';
import type { Row } from '../client/rows.js';
import type { Times } from '../client/times.js';
import { At } from './at.js';
import { Avatar, hueClass } from './avatar.js';
import { Icon } from './icon.js';
import { MessageBar } from './message-bar.js';
import { MessageText } from './message-text.js';
import { PersonLink } from './person-link.js';
import { type MessageCommands, Reactions } from './reactions.js';

export interface MessageItemProps {
  row: Extract<Row, { kind: 'message' }>;
  /** The one that Tab reaches; arrow keys go on from there. */
  current: boolean;
  /** Whether arrow keys lead to the others. Without a script they do not, and Tab reaches what is in all of them. */
  roving: boolean;
  times: Times;
  me: string;
  commands: MessageCommands;
  onRetry(clientId: string): void;
  onDiscard(clientId: string): void;
}

function Delivery({ row }: { row: MessageItemProps['row'] }): VNode | null {
  if (!row.mine) return null;
  const status = row.outgoing?.status ?? 'sent';
  const icon = { pending: 'clock', sent: 'check', failed: 'alert' } as const;
  const words = { pending: 'Sending', sent: 'Sent', failed: 'Not sent' } as const;
  return (
    <span class={`delivery ${status}`}>
      <Icon name={icon[status]} />
      <span class="sr-only">{words[status]}</span>
    </span>
  );
}

function Failure({ row, onRetry, onDiscard }: MessageItemProps): VNode | null {
  const { outgoing } = row;
  if (outgoing?.status !== 'failed') return null;
  return (
    <div class="failure">
      <span>Not sent. {outgoing.problem}</span>
      <button type="button" class="link-button" onClick={() => onRetry(outgoing.clientId)}>
        Retry
      </button>
      <button type="button" class="link-button quiet" onClick={() => onDiscard(outgoing.clientId)}>
        Discard
      </button>
    </div>
  );
}

export const MessageItem = memo(function MessageItem(props: MessageItemProps): VNode {
  const { row, current, me, commands } = props;
  const reached = current || !props.roving;
  const { message } = row;
  const shape = [row.mine ? 'mine' : 'theirs', row.first ? 'first' : '', row.last ? 'last' : ''];
  if (message?.deleted) shape.push('deleted');
  else if (isEmojiOnly(row.text)) shape.push('emoji-only');
  const waiting = row.outgoing && row.outgoing.status !== 'sent' ? row.outgoing.status : '';
  return (
    <li
      class={`message ${shape.filter(Boolean).join(' ')} ${waiting}`}
      tabIndex={current ? 0 : -1}
      data-seq={row.seq}
    >
      {!row.mine && row.first && <Avatar user={row.user} />}
      <div class="bubble">
        {row.mine ? (
          <span class="sr-only">You: </span>
        ) : (
          <div class={row.first ? `author ${hueClass(row.user.id)}` : 'sr-only'}>
            <PersonLink user={row.user} tabIndex={reached ? 0 : -1} />
          </div>
        )}
        <div class="text" dir="auto">
          {message?.deleted ? (
            'This message was deleted'
          ) : (
            <MessageText text={row.text} tabIndex={reached ? 0 : -1} />
          )}
          <span class="meta">
            {message?.editedAt && <span title={props.times.full(message.editedAt)}>edited</span>}
            <At at={row.at} as="time" />
            {!message?.deleted && <Delivery row={row} />}
          </span>
        </div>
        {message && !message.deleted && (
          <MessageBar message={message} me={me} reached={reached} commands={commands} />
        )}
      </div>
      {message && <Reactions message={message} me={me} reached={reached} commands={commands} />}
      <Failure {...props} />
    </li>
  );
}, sameRow);

function sameRow(a: MessageItemProps, b: MessageItemProps): boolean {
  const before = a.row;
  const after = b.row;
  return (
    a.current === b.current &&
    a.roving === b.roving &&
    a.times === b.times &&
    before.text === after.text &&
    before.at === after.at &&
    before.first === after.first &&
    before.last === after.last &&
    a.me === b.me &&
    a.commands === b.commands &&
    before.message === after.message &&
    before.user.name === after.user.name &&
    before.user.picture === after.user.picture &&
    before.outgoing?.status === after.outgoing?.status &&
    before.outgoing?.problem === after.outgoing?.problem
  );
}
