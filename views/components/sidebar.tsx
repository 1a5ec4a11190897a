import type { VNode } from 'preact';
import type { User } from '../../src/protocol/events.js';
import type { RoomSummary } from '../../src/protocol/http.js';
import { Icon } from './icon.js';
import { Logo } from './logo.js';
import { MeMenu } from './me-menu.js';
import { RoomList } from './room-list.js';

export function Sidebar(props: {
  rooms: readonly RoomSummary[];
  current: string;
  me: User;
  back: string;
  onRenamed(user: User): void;
}): VNode {
  return (
    <nav class="sidebar" aria-label="Rooms">
      <a class="brand" href="/chat/">
        <Logo />
        <span>Chat</span>
      </a>
      <div class="sidebar-head">
        <h2>Rooms</h2>
        <a
          class="icon-button small"
          href="/chat/"
          aria-label="Enter or create a room"
          title="Enter or create a room"
        >
          <Icon name="plus" />
        </a>
      </div>
      <div class="sidebar-rooms">
        <RoomList rooms={props.rooms} current={props.current} />
      </div>
      <div class="sidebar-me">
        <MeMenu id="me" me={props.me} back={props.back} onRenamed={props.onRenamed} />
      </div>
    </nav>
  );
}
