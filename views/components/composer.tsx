import type { VNode } from 'preact';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { User } from '../../src/protocol/events.js';
import { draftsIn } from '../client/drafts.js';
import { roomPath } from '../client/room-name.js';
import { Icon } from './icon.js';

export interface ComposerProps {
  room: string;
  me: User;
  title: string;
  textLength: number;
  draft: string;
  clientId: string;
  error: string | undefined;
  ready: boolean;
  /** With the form's `clientId`, where the text may be stored under it already. */
  onSend(text: string, clientId?: string): void;
  onTyping(): void;
  /** The own message that is being changed. */
  editing: { id: string; text: string } | null;
  onEditLast(): void;
  /** Resolves with what went wrong, for people. */
  onSave(text: string): Promise<string | undefined>;
  onCancel(): void;
  /** Nothing was left of the message that is being changed. */
  onRemove(): void;
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
  const { room, me, title, textLength, ready, editing } = props;
  const [text, setText] = useState(() => typedAlready() || (editing?.text ?? props.draft));
  const [saving, setSaving] = useState<ComposerProps['editing']>(null);
  /** What was being written when something else came to be edited. */
  const kept = useRef('');
  const edited = useRef(editing);
  const writer = useRef(me);
  const form = useRef<{ text: string; clientId: string } | null>({
    text: asSent(props.draft.replaceAll('\r\n', '\n')),
    clientId: props.clientId,
  });
  const [error, setError] = useState(props.error);
  const field = useRef<HTMLTextAreaElement>(null);
  const composing = useRef(false);

  // What was refused, or typed before the script came, outlives the page from now on, too.
  useEffect(() => {
    if (text !== '' && !editing) drafts.write(me.id, room, text);
  }, []);
  useEffect(() => {
    const before = writer.current;
    writer.current = me;
    if (before.id !== me.id && !before.guest) {
      // Only a guest may become another one by losing the connection. An account's words stay with the account.
      props.onCancel();
      kept.current = '';
      setText(drafts.read(me.id, room));
    } else if (text === '' && !editing) setText(drafts.read(me.id, room));
  }, [room, me]);
  useLayoutEffect(() => grow(field.current), [text]);
  useEffect(() => {
    const before = edited.current;
    if (before?.id === editing?.id) return;
    edited.current = editing;
    if (!before) kept.current = text;
    setText(editing ? editing.text : kept.current || drafts.read(me.id, room));
    setError(undefined);
    field.current?.focus();
  }, [editing]);

  const over = text.length - textLength;
  const count = text.length >= textLength * COUNT_FROM;
  const blank = text.trim() === '';

  const change = (value: string): void => {
    setText(value);
    setError(undefined);
    if (editing) return;
    drafts.write(me.id, room, value);
    if (value.trim() !== '') props.onTyping();
  };
  const send = (): void => {
    field.current?.focus();
    if (editing) return void save();
    if (blank || over > 0) return;
    const words = asSent(text);
    props.onSend(words, form.current?.text === words ? form.current.clientId : undefined);
    form.current = null;
    change('');
  };
  const save = async (): Promise<void> => {
    if (blank) return props.onRemove();
    if (over > 0 || saving === editing) return;
    setSaving(editing);
    const problem = await props.onSave(asSent(text));
    setSaving((now) => (now === editing ? null : now));
    if (problem) setError(problem);
  };
  const key = (event: KeyboardEvent): void => {
    // In the middle of a composition Enter chooses a candidate. Safari ends it before the key: 229 tells.
    if (event.isComposing || composing.current || event.keyCode === 229) return;
    if (event.key === 'Enter' && !event.shiftKey && !event.altKey && !event.ctrlKey && !event.metaKey) {
      event.preventDefault();
      send();
    } else if (event.key === 'Escape' && editing) {
      event.preventDefault();
      props.onCancel();
    } else if (event.key === 'ArrowUp' && text === '' && !editing) {
      event.preventDefault();
      props.onEditLast();
    }
  };

  return (
    <form
      class="composer"
      method="post"
      action={
        editing
          ? `${roomPath(room)}messages/${encodeURIComponent(editing.id.toWellFormed())}`
          : roomPath(room)
      }
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
      {editing ? (
        <div class="composer-editing">
          <Icon name="pencil" />
          <span>Editing your message</span>
          {!ready && (
            <button type="submit" name="do" value="delete" class="link-button" formNoValidate>
              Delete it
            </button>
          )}
          <a
            class="icon-button small"
            href={roomPath(room)}
            aria-label="Cancel editing"
            title="Cancel (Escape)"
            onClick={(event) => {
              event.preventDefault();
              props.onCancel();
            }}
          >
            <Icon name="close" />
          </a>
        </div>
      ) : (
        <input type="hidden" name="clientId" value={props.clientId} />
      )}
      <div class={`composer-field ${over > 0 ? 'over' : ''}`}>
        <label class="sr-only" for={COMPOSER_ID}>
          {editing ? 'Edit your message' : `Message to ${title}`}
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
        <button
          type="submit"
          class="send"
          aria-label={editing ? 'Save' : 'Send'}
          disabled={ready && (over > 0 || (editing ? saving === editing : blank))}
        >
          <Icon name={editing ? 'check' : 'send'} />
        </button>
      </div>
    </form>
  );
}

function asSent(text: string): string {
  return text.replace(/^\s*\n/u, '').trimEnd();
}

/** For browsers without `field-sizing`. */
function grow(field: HTMLTextAreaElement | null): void {
  if (!field || CSS.supports('field-sizing', 'content')) return;
  field.style.height = 'auto';
  field.style.height = `${field.scrollHeight}px`;
}
