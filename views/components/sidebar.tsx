import type { VNode } from 'preact';
import type { User } from '../../src/protocol/events.js';
import type { RoomSummary } from '../../src/protocol/http.js';
import { Icon } from './icon.js';
import { Logo } from './logo.js';
import { MeMenu } from './me-menu.js';
import { RoomList, sectionsOf } from './room-list.js';

export function Sidebar(props: {
  rooms: readonly RoomSummary[];
  current: string;
  me: User;
  back: string;
  /** Something lies over it. */
  inert: boolean;
  onRenamed(user: User): void;
}): VNode {
  return (
    <nav class="sidebar" aria-label="Rooms" inert={props.inert}>
      <a class="brand" href="/chat/">
        <Logo />
        <span>Chat</span>
      </a>
      <div class="sidebar-rooms">
        {sectionsOf(props.rooms).map(({ kind, title, rooms }, index) => (
          <section key={kind} aria-labelledby={`sidebar-${kind}`}>
            <div class="sidebar-head">
              <h2 id={`sidebar-${kind}`}>{title}</h2>
              {index === 0 && (
                <a
                  class="icon-button small"
                  href="/chat/~new/"
                  aria-label="New room or conversation"
                  title="New room or conversation"
                >
                  <Icon name="plus" />
                </a>
              )}
            </div>
            <RoomList rooms={rooms} current={props.current} />
          </section>
        ))}
      </div>
      <div class="sidebar-me">
        <MeMenu id="me" me={props.me} back={props.back} onRenamed={props.onRenamed} />
      </div>
    </nav>
  );
}
