import type { VNode } from 'preact';
import { useState } from 'preact/hooks';
import { roomNameProblem, roomPath, toRoomName } from '../client/room-name.js';
import { Icon } from './icon.js';

/** One field for both: a room that is there is entered, one that is not is made. */
export function EnterRoom(props: {
  error: string | undefined;
  /** Whether a room of this name is listed. */
  exists(name: string): boolean;
  onTyped(name: string): void;
}): VNode {
  const [typed, setTyped] = useState('');
  const [problem, setProblem] = useState(props.error);
  const name = toRoomName(typed);
  const wrong = typed.trim() !== '' ? roomNameProblem(typed) : null;
  const shown = problem ?? wrong;
  const label = name !== '' && !wrong && !props.exists(name) ? 'Create' : 'Enter';
  return (
    <form
      class="enter"
      method="get"
      action="/chat/"
      onSubmit={(event) => {
        event.preventDefault();
        const refused = roomNameProblem(typed);
        setProblem(refused ?? undefined);
        if (!refused) location.assign(roomPath(name));
      }}
    >
      <label class="sr-only" for="room-name">
        Name of the room
      </label>
      <div class="enter-field">
        <Icon name="hash" />
        <input
          id="room-name"
          name="room"
          type="text"
          required
          maxLength={80}
          dir="auto"
          autocomplete="off"
          autocapitalize="none"
          spellcheck={false}
          placeholder="Enter or create a room"
          aria-invalid={shown ? true : undefined}
          aria-describedby="room-hint"
          value={typed}
          onInput={(event) => {
            setTyped(event.currentTarget.value);
            setProblem(undefined);
            props.onTyped(toRoomName(event.currentTarget.value));
          }}
        />
        <button type="submit" class="button primary">
          {label}
        </button>
      </div>
      <p class={shown ? 'hint problem' : 'hint'} id="room-hint" aria-live="polite">
        {shown ??
          (name !== '' && name !== typed
            ? `${label === 'Create' ? 'Creates' : 'Enters'} #${name}`
            : 'Letters, digits, “-” and “_”. New names open a new room.')}
      </p>
    </form>
  );
}
