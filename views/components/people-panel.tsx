import type { VNode } from 'preact';
import type { User } from '../../src/protocol/events.js';
import { Avatar } from './avatar.js';
import { Icon } from './icon.js';
import { MeMenu } from './me-menu.js';
import { PersonLink } from './person-link.js';

/** Beside the conversation on a wide screen; elsewhere a drawer, which `#people` opens without a script, too. */
export function PeoplePanel(props: {
  me: User;
  members: readonly User[];
  online: number;
  back: string;
  open: boolean;
  onClose(): void;
  onRenamed(user: User): void;
}): VNode {
  const { me, members, online, open } = props;
  const others = members.filter(({ id }) => id !== me.id);
  const here = members.some(({ id }) => id === me.id) ? [me, ...others] : others;
  const unnamed = online - here.length;
  return (
    <aside
      class={`people ${open ? 'open' : ''}`}
      id="people"
      aria-label="People"
      onKeyDown={(event) => {
        if (event.key === 'Escape') props.onClose();
      }}
    >
      <a
        class="backdrop"
        href="#"
        aria-hidden="true"
        tabIndex={-1}
        onClick={(event) => {
          event.preventDefault();
          props.onClose();
        }}
      />
      <div class="people-card">
        <header class="people-head">
          <h2>
            People <span class="quiet">{online}</span>
          </h2>
          <a
            class="icon-button people-close"
            href="#"
            aria-label="Close"
            onClick={(event) => {
              event.preventDefault();
              props.onClose();
            }}
          >
            <Icon name="close" />
          </a>
        </header>
        <ul class="people-list" role="list">
          {here.map((user) => (
            <li key={user.id}>
              <Avatar user={user} size="small" />
              <span class="person">
                <PersonLink user={user} />
                {user.id === me.id && <span class="quiet"> (you)</span>}
                {user.status && (
                  <small class="person-status">
                    <bdi>{user.status}</bdi>
                  </small>
                )}
              </span>
            </li>
          ))}
        </ul>
        {here.length === 0 && <p class="quiet people-more">Nobody is here right now.</p>}
        {unnamed > 0 && here.length > 0 && <p class="quiet people-more">and {unnamed} more</p>}
        <div class="people-me">
          <MeMenu id="people-me" me={me} back={props.back} onRenamed={props.onRenamed} />
        </div>
      </div>
    </aside>
  );
}
