import type { VNode } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { User } from '../../src/protocol/events.js';
import { rename } from '../client/http-api.js';
import { AccountLinks } from './account-links.js';
import { Avatar } from './avatar.js';
import { Icon } from './icon.js';

/** Who one is, and how one wants to be called. `<details>` and a form: it works before and without the script. */
export function MeMenu(props: {
  me: User;
  back: string;
  /** Tells two menus of one page apart. */
  id: string;
  error?: string;
  onRenamed(user: User): void;
}): VNode {
  const { me, back, id, onRenamed } = props;
  const details = useRef<HTMLDetailsElement>(null);
  const input = useRef<HTMLInputElement>(null);
  const [problem, setProblem] = useState(props.error);
  const [busy, setBusy] = useState(false);

  const close = (): void => {
    if (details.current) details.current.open = false;
  };
  useEffect(() => {
    const outside = (event: Event): void => {
      if (!details.current?.contains(event.target as Node)) close();
    };
    document.addEventListener('pointerdown', outside);
    return () => document.removeEventListener('pointerdown', outside);
  }, []);

  const submit = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    const name = input.current?.value ?? '';
    if (name.trim() === me.name) return close();
    setBusy(true);
    setProblem(undefined);
    try {
      onRenamed(await rename(name, fetch));
      close();
    } catch (error) {
      setProblem((error as Error).message);
    } finally {
      setBusy(false);
    }
  };

  return (
    <details
      class="me-menu"
      ref={details}
      onToggle={() => {
        if (!details.current?.open) return setProblem(undefined);
        input.current?.focus();
        input.current?.select();
      }}
      onKeyDown={(event) => {
        if (event.key !== 'Escape' || !details.current?.open) return;
        event.stopPropagation();
        close();
        details.current.querySelector('summary')?.focus();
      }}
    >
      <summary title="Your name and account">
        <Avatar user={me} size="small" />
        <span class="me-name">
          <bdi>{me.name}</bdi>
          {me.guest && <small>Guest</small>}
        </span>
        <Icon name="pencil" />
      </summary>
      <div class="popover">
        <form method="post" action="/chat/~me/" onSubmit={(event) => void submit(event)}>
          <label for={`${id}-name`}>Your name</label>
          <input
            id={`${id}-name`}
            name="name"
            ref={input}
            type="text"
            defaultValue={me.name}
            required
            maxLength={32}
            dir="auto"
            autocomplete="nickname"
            aria-invalid={problem ? true : undefined}
            aria-describedby={`${id}-hint`}
          />
          <input type="hidden" name="back" value={back} />
          <p class={problem ? 'hint problem' : 'hint'} id={`${id}-hint`} aria-live="polite">
            {problem ?? 'This is how others in a room see you.'}
          </p>
          <div class="buttons">
            <button type="submit" class="button primary" disabled={busy}>
              {busy ? 'Saving…' : 'Save'}
            </button>
          </div>
        </form>
        <AccountLinks me={me} back={back} />
      </div>
    </details>
  );
}
