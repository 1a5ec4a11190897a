import type { VNode } from 'preact';
import type { RoomPageData } from '../../src/protocol/http.js';
import { roomPath } from '../client/room-name.js';
import { Icon, kindIcons } from './icon.js';

export function RoomHeader(props: {
  title: string;
  topic: string;
  kind: RoomPageData['kind'];
  room: string;
  slowModeSeconds: number;
  online: number;
  peopleOpen: boolean;
  onPeople(): void;
}): VNode {
  const { title, topic, kind, online, peopleOpen } = props;
  const about = kind === 'direct' ? 'About this conversation' : 'About this room';
  return (
    <header class="room-head">
      <a class="icon-button to-lobby" href="/chat/" aria-label="All rooms">
        <Icon name="back" />
      </a>
      <div class="room-titles">
        <h1>
          <Icon name={kindIcons[kind]} />
          <bdi>{title}</bdi>
        </h1>
        <p class="room-sub">
          <span class="room-count">
            <i class="dot" aria-hidden="true" />
            {online} online
          </span>
          {props.slowModeSeconds > 0 && (
            <span class="room-slow" title={`${props.slowModeSeconds} seconds between two messages`}>
              slow mode
            </span>
          )}
          {topic && (
            <span class="room-topic" dir="auto">
              {topic}
            </span>
          )}
        </p>
      </div>
      <a class="icon-button" href={`${roomPath(props.room)}~settings/`} aria-label={about} title={about}>
        <Icon name="settings" />
      </a>
      <a
        class="icon-button people-button"
        href="#people"
        aria-label={`People, ${online} online`}
        aria-expanded={peopleOpen}
        aria-controls="people"
        role="button"
        onClick={(event) => {
          event.preventDefault();
          props.onPeople();
        }}
        onKeyDown={(event) => {
          if (event.key !== ' ') return;
          event.preventDefault();
          props.onPeople();
        }}
      >
        <Icon name="people" />
      </a>
    </header>
  );
}
