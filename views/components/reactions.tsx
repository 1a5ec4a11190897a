import type { VNode } from 'preact';
import type { Message } from '../../src/protocol/events.js';
import { groupReactions } from '../client/reactions.js';

/** What a person can do to a message; the same object for as long as the page lives. */
export interface MessageCommands {
  edit(message: Message): void;
  /** Asks before it does. */
  remove(message: Message): void;
  react(message: Message, emoji: string, wanted: boolean): void;
}

export function Reactions(props: {
  message: Message;
  me: string;
  /** Whether Tab reaches them. */
  reached: boolean;
  commands: MessageCommands;
}): VNode | null {
  const { message, me, reached, commands } = props;
  const groups = groupReactions(message.reactions ?? [], me);
  if (groups.length === 0) return null;
  return (
    <ul class="reactions" role="list" aria-label="Reactions">
      {groups.map(({ emoji, count, mine, names }) => (
        <li key={emoji}>
          <button
            type="button"
            class="reaction"
            tabIndex={reached ? 0 : -1}
            aria-pressed={mine}
            aria-label={`${emoji} ${count}, ${names}`}
            title={names}
            onClick={() => commands.react(message, emoji, !mine)}
          >
            <span class="emoji" aria-hidden="true">
              {emoji}
            </span>
            <span aria-hidden="true">{count}</span>
          </button>
        </li>
      ))}
    </ul>
  );
}
