import type { VNode } from 'preact';
import type { RoomSummary } from '../../src/protocol/http.js';
import { roomPath } from '../client/room-name.js';
import { titleOf } from '../client/room-title.js';
import { At } from './at.js';
import { Avatar, hueClass } from './avatar.js';
import { Icon, kindIcons } from './icon.js';

type Section = { kind: RoomSummary['kind']; title: string; rooms: RoomSummary[] };
const headings: readonly [RoomSummary['kind'], string][] = [
  ['direct', 'Conversations'],
  ['private', 'Private rooms'],
  ['public', 'Open rooms'],
];

/** What is there, in the order of how much of it is one's own. */
export function sectionsOf(rooms: readonly RoomSummary[]): Section[] {
  const all = headings.map(([kind, title]) => ({
    kind,
    title,
    rooms: rooms.filter((room) => room.kind === kind),
  }));
  return all.filter((section) => section.rooms.length > 0);
}

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

function RoomMark({ room }: { room: RoomSummary }): VNode {
  const [person, another] = room.people ?? [];
  if (person && !another)
    return (
      <span class="room-mark face">
        <Avatar user={person} size="small" />
      </span>
    );
  return (
    <span class={`room-mark ${hueClass(room.room)}`}>
      <Icon name={kindIcons[room.kind]} />
    </span>
  );
}

function RoomLink({ room, current }: { room: RoomSummary; current: boolean }): VNode {
  const { last, online } = room;
  return (
    <a class="room-link" href={roomPath(room.room)} aria-current={current ? 'page' : undefined}>
      <RoomMark room={room} />
      <span class="room-name">
        <bdi>{titleOf(room)}</bdi>
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
      {room.archived ? (
        <span class="tag">archived</span>
      ) : online > 0 ? (
        <span class="room-online">
          <i class="dot" aria-hidden="true" />
          {online}
          <span class="sr-only"> online</span>
        </span>
      ) : null}
    </a>
  );
}
