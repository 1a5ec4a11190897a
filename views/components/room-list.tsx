import type { VNode } from 'preact';
import type { RoomSummary } from '../../src/protocol/http.js';
import { roomPath } from '../client/room-name.js';
import { At } from './at.js';
import { hueClass } from './avatar.js';
import { Icon } from './icon.js';

export function RoomList({ rooms, current }: { rooms: readonly RoomSummary[]; current?: string }): VNode {
  return (
    <ul class="rooms" role="list">
      {rooms.map((room) => (
        <li key={room.room}>
          <RoomLink room={room} current={room.room === current} />
        </li>
      ))}
    </ul>
  );
}

function RoomLink({ room, current }: { room: RoomSummary; current: boolean }): VNode {
  const { last, online } = room;
  return (
    <a class="room-link" href={roomPath(room.room)} aria-current={current ? 'page' : undefined}>
      <span class={`room-mark ${hueClass(room.room)}`}>
        <Icon name="hash" />
      </span>
      <span class="room-name">
        <bdi>{room.title || room.room}</bdi>
      </span>
      {last && (
        <span class="room-time">
          <At at={last.at} as="short" />
        </span>
      )}
      <span class="room-last">
        {last ? (
          <>
            <bdi>{last.user.name}</bdi>: <bdi>{last.text.slice(0, 200)}</bdi>
          </>
        ) : (
          <bdi>{room.topic || 'No messages yet'}</bdi>
        )}
      </span>
      {online > 0 && (
        <span class="room-online">
          <i class="dot" aria-hidden="true" />
          {online}
          <span class="sr-only"> online</span>
        </span>
      )}
    </a>
  );
}
