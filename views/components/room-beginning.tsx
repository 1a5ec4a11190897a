import type { VNode } from 'preact';
import { useState } from 'preact/hooks';
import type { RoomPageData } from '../../src/protocol/http.js';
import { Icon, kindIcons } from './icon.js';
import { MessageText } from './message-text.js';

const beginnings = {
  direct: 'Nobody else knows of this conversation.',
  empty: 'Nobody has said anything yet. Be the first.',
  room: 'It all started here.',
};

/** Above the first message of all; alone in a room where nobody has said anything. */
export function RoomBeginning(props: {
  kind: RoomPageData['kind'];
  title: string;
  topic: string;
  empty: boolean;
  ready: boolean;
}): VNode {
  const { kind, title, topic, empty, ready } = props;
  const [copied, setCopied] = useState(false);
  const copy = (): void => {
    navigator.clipboard.writeText(location.href.split(/[?#]/u)[0] ?? '').then(
      () => setCopied(true),
      () => setCopied(false),
    );
  };
  return (
    <div class={`beginning ${empty ? 'empty' : ''}`}>
      <span class="beginning-mark">
        <Icon name={kindIcons[kind]} />
      </span>
      <h2>
        {kind === 'direct' ? 'You and ' : empty ? 'Welcome to ' : 'The beginning of '}
        <bdi>{title}</bdi>
      </h2>
      <p dir="auto">
        {topic ? (
          <MessageText text={topic} />
        ) : (
          beginnings[kind === 'direct' ? kind : empty ? 'empty' : 'room']
        )}
      </p>
      {ready && empty && kind === 'public' && (
        <button type="button" class="button" onClick={copy}>
          <Icon name={copied ? 'check' : 'link'} />
          <span aria-live="polite">{copied ? 'Link copied' : 'Copy link to invite'}</span>
        </button>
      )}
    </div>
  );
}
