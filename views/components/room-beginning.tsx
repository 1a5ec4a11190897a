import type { VNode } from 'preact';
import { useState } from 'preact/hooks';
import { Icon } from './icon.js';

/** Above the first message of all; alone in a room where nobody has said anything. */
export function RoomBeginning(props: {
  title: string;
  topic: string;
  empty: boolean;
  ready: boolean;
}): VNode {
  const { title, topic, empty, ready } = props;
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
        <Icon name="hash" />
      </span>
      <h2>
        {empty ? 'Welcome to ' : 'The beginning of '}
        <bdi>{title}</bdi>
      </h2>
      <p dir="auto">
        {topic || (empty ? 'Nobody has said anything yet. Be the first.' : 'It all started here.')}
      </p>
      {ready && empty && (
        <button type="button" class="button" onClick={copy}>
          <Icon name={copied ? 'check' : 'link'} />
          <span aria-live="polite">{copied ? 'Link copied' : 'Copy link to invite'}</span>
        </button>
      )}
    </div>
  );
}
