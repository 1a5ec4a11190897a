import type { VNode } from 'preact';
import { useCallback, useContext, useEffect, useMemo, useRef } from 'preact/hooks';
import type { RoomPageData } from '../../src/protocol/http.js';
import type { RoomSession } from '../client/room-session.js';
import type { RoomView } from '../client/room-view.js';
import { rowsOf } from '../client/rows.js';
import { useReading } from '../client/use-reading.js';
import { TimesContext } from './at.js';
import { Icon } from './icon.js';
import { MessageLog } from './message-log.js';
import { Older } from './older.js';
import type { MessageCommands } from './reactions.js';
import { RoomBeginning } from './room-beginning.js';

export interface ConversationProps {
  view: RoomView;
  session: RoomSession | null;
  kind: RoomPageData['kind'];
  title: string;
  topic: string;
  ready: boolean;
  /** Receives the function that shows the newest messages: a person who sends wants to see what was sent. */
  toEnd: { current: () => void };
  commands: MessageCommands;
  onEscape(): void;
}

export function Conversation(props: ConversationProps): VNode {
  const { view, session, kind, title, topic, ready } = props;
  const { room, outbox, older } = view;
  const times = useContext(TimesContext);
  const goToEnd = useRef<() => void>(() => {});
  const reading = useReading(room, (before) => session?.forget(before));
  const { shown, complete, atFirst, atEnd, unread, newAfter } = reading;

  const rows = useMemo(
    () =>
      rowsOf({ messages: shown, outbox: complete ? outbox : [], me: room.me, dayOf: times.dayOf, newAfter }),
    // `shown` is cut anew each time; what it is made of is not.
    [room.messages, shown[0]?.seq, shown.at(-1)?.seq, complete, outbox, room.me, times, newAfter],
  );

  useEffect(() => {
    const hidden = document.visibilityState !== 'visible';
    const name = kind === 'public' ? `#${title}` : title;
    document.title = hidden && unread > 0 ? `(${unread > 99 ? '99+' : unread}) ${name}` : name;
  }, [unread, title]);

  const toEnd = (): void => {
    reading.showNewest();
    goToEnd.current();
  };
  props.toEnd.current = toEnd;

  const loadOlder = async (): Promise<void> => {
    if (!session) return;
    await session.loadOlder();
    reading.showEarlier(session.view.room.messages);
  };
  const nearTop = (): void => {
    if (!ready) return;
    if (!atFirst) reading.showEarlier(room.messages);
    else if (room.more && older === 'idle') void loadOlder();
  };
  const retry = useCallback((clientId: string) => session?.retry(clientId), [session]);
  const discard = useCallback((clientId: string) => session?.discard(clientId), [session]);

  let top: VNode | null = null;
  if (atFirst && room.more) {
    top = <Older state={older} before={shown[0]?.seq ?? 0} onRetry={() => void loadOlder()} />;
  } else if (atFirst) {
    top = <RoomBeginning kind={kind} title={title} topic={topic} empty={rows.length === 0} ready={ready} />;
  }

  return (
    <div class="conversation">
      <MessageLog
        control={goToEnd}
        rows={rows}
        times={times}
        busy={older === 'loading'}
        top={top}
        complete={complete}
        onNearTop={nearTop}
        onNearEnd={reading.showLater}
        onAtEnd={reading.setAtEnd}
        onEscape={props.onEscape}
        me={room.me.id}
        commands={props.commands}
        onRetry={retry}
        onDiscard={discard}
      />
      {!(atEnd && complete) && (
        <button type="button" class={`to-end ${unread > 0 ? 'has-new' : ''}`} onClick={toEnd}>
          <Icon name="down" />
          {unread > 0 ? (
            <span>
              {unread} new {unread === 1 ? 'message' : 'messages'}
            </span>
          ) : (
            <span class="sr-only">Newest messages</span>
          )}
        </button>
      )}
    </div>
  );
}
