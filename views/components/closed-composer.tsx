import type { ComponentChildren, VNode } from 'preact';
import type { RoomFacts } from '../client/room-facts.js';
import { At } from './at.js';
import { Icon } from './icon.js';

/** Why nothing can be written here; `null` where it can. */
export function closedBecause({ archived, mutedUntil }: RoomFacts, now: number): VNode | null {
  if (archived) return <>This room is archived. It can be read, but nobody can write in it.</>;
  if (mutedUntil === null || Date.parse(mutedUntil) <= now) return null;
  return (
    <>
      You cannot write here until <At at={mutedUntil} as="until" />.
    </>
  );
}

/** In the place of the composer. */
export function ClosedComposer({ children }: { children: ComponentChildren }): VNode | null {
  return children ? (
    <p class="composer-closed" role="status">
      <Icon name="lock" />
      <span>{children}</span>
    </p>
  ) : null;
}
