import type { VNode } from 'preact';
import { useState } from 'preact/hooks';
import type { LobbyPageData } from '../src/protocol/http.js';
import { useRooms } from './client/use-room.js';
import { AccountsContext } from './components/account-links.js';
import { TimesContext, useTimes } from './components/at.js';
import { EnterRoom } from './components/enter-room.js';
import { Icon } from './components/icon.js';
import { Logo } from './components/logo.js';
import { MeMenu } from './components/me-menu.js';
import { RoomList, sectionsOf } from './components/room-list.js';
import { titleOf } from './client/room-title.js';

export function LobbyPage({ data }: { data: LobbyPageData }): VNode {
  const rooms = useRooms(data.rooms) ?? [];
  const times = useTimes();
  const [me, setMe] = useState(data.me);
  const [typed, setTyped] = useState('');
  const wanted = typed.toLowerCase();
  const matching = rooms.filter((room) =>
    [room.room, titleOf(room)].some((name) => name.toLowerCase().includes(wanted)),
  );

  return (
    <TimesContext.Provider value={times}>
      <div class="app lobby">
        <header class="lobby-head">
          <a class="brand" href="/chat/">
            <Logo />
            <span>Chat</span>
          </a>
          <AccountsContext.Provider value={data.accounts === true}>
            <MeMenu id="me" me={me} back="/chat/" onRenamed={setMe} />
          </AccountsContext.Provider>
        </header>
        <main class="lobby-main">
          <div class="lobby-title">
            <h1>Rooms</h1>
            <a class="button" href="/chat/~new/">
              <Icon name="plus" />
              New
            </a>
          </div>
          <EnterRoom
            error={data.error}
            exists={(name) => rooms.some(({ room }) => room === name)}
            onTyped={setTyped}
          />
          {rooms.length === 0 ? (
            <div class="nothing">
              <span class="beginning-mark">
                <Icon name="chat" />
              </span>
              <h2>No rooms yet</h2>
              <p>Name one above and it is open: share its address, and whoever follows it is in.</p>
            </div>
          ) : matching.length === 0 ? (
            <div class="nothing">
              <h2>
                No room called <bdi>{typed}</bdi>
              </h2>
              <p>Create it, and it is open to everybody here.</p>
            </div>
          ) : (
            sectionsOf(matching).map((section) => (
              <section key={section.kind} aria-labelledby={`${section.kind}-rooms`}>
                <div class="list-head">
                  <h2 id={`${section.kind}-rooms`}>{section.title}</h2>
                  <span class="quiet">{section.rooms.length}</span>
                </div>
                <RoomList rooms={section.rooms} />
              </section>
            ))
          )}
        </main>
      </div>
    </TimesContext.Provider>
  );
}
