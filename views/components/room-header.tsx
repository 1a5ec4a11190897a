import type { VNode } from 'preact';
import { Icon } from './icon.js';

export function RoomHeader(props: {
  title: string;
  topic: string;
  online: number;
  peopleOpen: boolean;
  onPeople(): void;
}): VNode {
  const { title, topic, online, peopleOpen } = props;
  return (
    <header class="room-head">
      <a class="icon-button to-lobby" href="/chat/" aria-label="All rooms">
        <Icon name="back" />
      </a>
      <div class="room-titles">
        <h1>
          <Icon name="hash" />
          <bdi>{title}</bdi>
        </h1>
        <p class="room-sub">
          <span class="room-count">
            <i class="dot" aria-hidden="true" />
            {online} online
          </span>
          {topic && (
            <span class="room-topic" dir="auto">
              {topic}
            </span>
          )}
        </p>
      </div>
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
