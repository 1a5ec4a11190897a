import type { VNode } from 'preact';
import type { User } from '../../src/protocol/events.js';
import { pathPart } from '../client/path-part.js';

/** A person's name, which leads to who that is and to a conversation with them. */
export function PersonLink({ user, tabIndex }: { user: User; tabIndex?: number }): VNode {
  return (
    <a class="person-link" href={`/chat/~person/${pathPart(user.id)}/`} tabIndex={tabIndex}>
      <bdi>{user.name}</bdi>
    </a>
  );
}
