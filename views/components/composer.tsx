import type { VNode } from 'preact';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { draftsIn } from '../client/drafts.js';
import { roomPath } from '../client/room-name.js';
import { Icon } from './icon.js';

export interface ComposerProps {
  room: string;
  title: string;
  textLength: number;
  draft: string;
  clientId: string;
  error: string | undefined;
  ready: boolean;
  onSend(text: string): void;
  onTyping(): void;
}

export const COMPOSER_ID = 'composer-text';
const COUNT_FROM = 0.9;
const drafts = draftsIn(() => localStorage);

/** What was typed before the script came must not be lost when it does. */
function typedAlready(): string {
  if (typeof document === 'undefined') return '';
  return document.querySelector<HTMLTextAreaElement>(`#${COMPOSER_ID}`)?.value ?? '';
}

export function Composer(props: ComposerProps): VNode {
  const { room, title, textLength, ready } = props;
  const [text, setText] = useState(() => typedAlready() || props.draft);
  const [error, setError] = useState(props.error);
  const field = useRef<HTMLTextAreaElement>(null);
  const composing = useRef(false);

  useEffect(() => {
    if (text === '') setText(drafts.read(room));
  }, [room]);
  useLayoutEffect(() => grow(field.current), [text]);

  const over = text.length - textLength;
  const count = text.length >= textLength * COUNT_FROM;
  const blank = text.trim() === '';

  const change = (value: string): void => {
    setText(value);
    setError(undefined);
    drafts.write(room, value);
    if (value.trim() !== '') props.onTyping();
  };
  const send = (): void => {
    field.current?.focus();
    if (blank || over > 0) return;
    props.onSend(text.replace(/^\s*\n/u, '').trimEnd());
    change('');
  };
  const key = (event: KeyboardEvent): void => {
    // In the middle of a composition Enter chooses a candidate. Safari ends it before the key: 229 tells.
    if (event.isComposing || composing.current || event.keyCode === 229) return;
    if (event.key === 'Enter' && !event.shiftKey && !event.altKey && !event.ctrlKey && !event.metaKey) {
      event.preventDefault();
      send();
    }
  };

  return (
    <form
      class="composer"
      method="post"
      action={roomPath(room)}
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      {error && (
        <p class="composer-error" role="alert" id="composer-error">
          <Icon name="alert" />
          {error}
        </p>
      )}
      <input type="hidden" name="clientId" value={props.clientId} />
      <div class={`composer-field ${over > 0 ? 'over' : ''}`}>
        <label class="sr-only" for={COMPOSER_ID}>
          Message to {title}
        </label>
        <textarea
          id={COMPOSER_ID}
          name="text"
          ref={field}
          rows={1}
          dir="auto"
          required={!ready}
          maxlength={ready ? undefined : textLength}
          placeholder={`Message ${title}`}
          autocomplete="off"
          enterkeyhint="send"
          aria-invalid={over > 0 || undefined}
          aria-describedby={over > 0 ? 'composer-count' : undefined}
          value={text}
          onInput={(event) => change(event.currentTarget.value)}
          onKeyDown={key}
          onCompositionStart={() => (composing.current = true)}
          onCompositionEnd={() => (composing.current = false)}
        />
        {count && (
          <span class="count" id="composer-count" role={over > 0 ? 'status' : undefined}>
            {over > 0 ? `${over} too long` : `${-over} left`}
          </span>
        )}
        <button type="submit" class="send" aria-label="Send" disabled={ready && (blank || over > 0)}>
          <Icon name="send" />
        </button>
      </div>
    </form>
  );
}

/** For browsers without `field-sizing`. */
function grow(field: HTMLTextAreaElement | null): void {
  if (!field || CSS.supports('field-sizing', 'content')) return;
  field.style.height = 'auto';
  field.style.height = `${field.scrollHeight}px`;
}
