import type { VNode } from 'preact';
import type { User } from '../../src/protocol/events.js';
import { typingLine } from '../client/typing-line.js';

/** Always there, so that the composer does not move when somebody types. */
export function Typing({ users }: { users: readonly User[] }): VNode {
  const line = typingLine(users.map(({ name }) => name));
  return (
    <div class="typing" aria-live="polite">
      {line && (
        <>
          <span class="dots" aria-hidden="true">
            <i />
            <i />
            <i />
          </span>
          <span>
            {line.names.map((name, index) => (
              <>
                {index > 0 && ' and '}
                <bdi>{name}</bdi>
              </>
            ))}{' '}
            {line.words}
          </span>
        </>
      )}
    </div>
  );
}
