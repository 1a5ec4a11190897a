import type { VNode } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { RoomPageData, RoomSummary } from '../src/protocol/http.js';
import { roomPath } from './client/room-name.js';
import type { RoomState } from './client/room-state.js';
import { usePeopleDrawer } from './client/use-people-drawer.js';
import { useMessageCommands } from './client/use-message-commands.js';
import { useNow } from './client/use-now.js';
import { renewPage, useRoom, useRooms } from './client/use-room.js';
import { AccountsContext } from './components/account-links.js';
import { TimesContext, useTimes } from './components/at.js';
import { Composer, COMPOSER_ID } from './components/composer.js';
import { ClosedComposer, closedBecause } from './components/closed-composer.js';
import { ConnectionBanner } from './components/connection-banner.js';
import { Conversation } from './components/conversation.js';
import { DeleteDialog } from './components/delete-dialog.js';
import { Icon } from './components/icon.js';
import { PeoplePanel } from './components/people-panel.js';
import { RoomHeader } from './components/room-header.js';
import { Sidebar } from './components/sidebar.js';
import { Typing } from './components/typing.js';

export function RoomPage({ data }: { data: RoomPageData }): VNode {
  const { view, session } = useRoom(data);
  const rooms = useRooms(data.rooms);
  const times = useTimes();
  const [ready, setReady] = useState(false);
  const people = usePeopleDrawer();
  const toEnd = useRef<() => void>(() => {});
  useEffect(() => setReady(true), []);

  const { room } = view;
  const { facts } = room;
  const closed = closedBecause(facts, useNow(facts.mutedUntil));
  const doing = useMessageCommands(room, session, data.editing ?? null);
  const back = roomPath(room.room);

  return (
    <TimesContext.Provider value={times}>
      <AccountsContext.Provider value={data.accounts === true}>
        <div class="app room">
          <Sidebar
            rooms={withThis(rooms ?? [], onlyThis(data)).map((summary) => liveSummary(summary, room))}
            current={room.room}
            me={room.me}
            back={back}
            inert={people.isOpen}
            onRenamed={(user) => session?.renamed(user)}
          />
          <main class="main" inert={people.isOpen}>
            <RoomHeader
              room={room.room}
              kind={data.kind}
              title={facts.title}
              topic={facts.topic}
              slowModeSeconds={facts.slowModeSeconds}
              online={room.online}
              peopleOpen={people.isOpen}
              onPeople={() => people.show(!people.isOpen)}
            />
            <ConnectionBanner
              connection={view.connection}
              degraded={view.degraded}
              outdated={view.outdated}
              gone={view.gone}
              onTryNow={() => session?.tryNow()}
              onReload={() => renewPage(room.room)}
            />
            <Conversation
              view={view}
              session={session}
              kind={data.kind}
              title={facts.title}
              topic={facts.topic}
              ready={ready}
              toEnd={toEnd}
              commands={doing.commands}
              onEscape={() => document.getElementById(COMPOSER_ID)?.focus()}
            />
            {data.earlier && (
              <p class="earlier">
                These are older messages. <a href={back}>Show the newest</a>
              </p>
            )}
            <footer class="foot">
              {doing.problem && (
                <p class="composer-error" role="alert">
                  <Icon name="alert" />
                  <span>{doing.problem}</span>
                  <button type="button" class="icon-button small" aria-label="Close" onClick={doing.dismiss}>
                    <Icon name="close" />
                  </button>
                </p>
              )}
              {view.gone || closed ? (
                <ClosedComposer>{closed}</ClosedComposer>
              ) : (
                <Composer
                  room={room.room}
                  me={room.me}
                  title={facts.title}
                  textLength={data.textLength}
                  draft={data.draft ?? ''}
                  clientId={data.clientId ?? ''}
                  error={data.error}
                  ready={ready}
                  onSend={(text, clientId) => {
                    session?.send(text, clientId);
                    toEnd.current();
                  }}
                  onTyping={() => session?.typing()}
                  editing={doing.editing}
                  onEditLast={doing.editLast}
                  onSave={doing.save}
                  onCancel={doing.cancel}
                  onRemove={doing.removeEditing}
                />
              )}
              <Typing users={room.typing.map(({ user }) => user)} />
            </footer>
          </main>
          {doing.deleting && (
            <DeleteDialog text={doing.deleting.text} onDelete={doing.remove} onClose={doing.keep} />
          )}
          <PeoplePanel
            me={room.me}
            members={room.members}
            online={room.online}
            back={back}
            open={people.isOpen}
            onClose={() => people.show(false)}
            onRenamed={(user) => session?.renamed(user)}
          />
        </div>
      </AccountsContext.Provider>
    </TimesContext.Provider>
  );
}

/** A list has the room that is open, whatever else it has. */
function withThis(rooms: readonly RoomSummary[], current: RoomSummary): readonly RoomSummary[] {
  return rooms.some(({ room }) => room === current.room) ? rooms : [current, ...rooms];
}

/** Until the list is here, the one room that is known for sure. */
function onlyThis({ history, kind, title, topic, online, people }: RoomPageData): RoomSummary {
  return { room: history.room, title, topic, kind, online, head: history.head, ...(people && { people }) };
}

/** The list is asked for now and then; of the room that is open, more is known. */
function liveSummary(summary: RoomSummary, { room, messages, online, facts }: RoomState): RoomSummary {
  if (summary.room !== room) return summary;
  const last = messages.findLast(({ deleted }) => !deleted);
  const title = summary.people ? summary.title : facts.title;
  return {
    ...summary,
    title,
    topic: facts.topic,
    online,
    ...(last && { last: { user: last.user, text: last.text, at: last.at } }),
  };
}
