import type { VNode } from 'preact';
import type { AdminPageData, PersonRow } from '../../src/protocol/account-pages.js';
import { At } from '../components/at.js';
import { Avatar } from '../components/avatar.js';
import { Icon } from '../components/icon.js';
import { Done, FormProblem } from './field.js';
import { Frame } from './frame.js';

export function AdminPage({ data }: { data: AdminPageData }): VNode {
  const { search, guests, page, people, more, link } = data;
  const at = (to: number): string =>
    `/chat/~admin/?${new URLSearchParams({ q: search, page: String(to), ...(guests && { guests: 'on' }) }).toString()}`;
  return (
    <Frame
      nav={
        <>
          <a class="button" href="/chat/~admin/audit/">
            Security log
          </a>
          <a class="button" href="/chat/~account/">
            Account
          </a>
        </>
      }
    >
      <h1>People</h1>
      <Done>{data.done}</Done>
      <FormProblem state={data} />
      {link && (
        <div class="notice" role="status">
          <p>
            Give this link to <bdi>{link.name}</bdi>, and to nobody else. It works once, for a day, and is not
            shown again.
          </p>
          <code class="secret">{link.url}</code>
        </div>
      )}
      <form method="get" action="/chat/~admin/" class="search-form" role="search">
        <div class="enter-field">
          <Icon name="search" />
          <input
            type="search"
            name="q"
            value={search}
            placeholder="Search by name"
            aria-label="Search by name"
          />
          <button type="submit" class="button">
            Search
          </button>
        </div>
        <label class="check">
          <input type="checkbox" name="guests" checked={guests} /> Show guests, too
        </label>
      </form>
      {people.length === 0 ? (
        <div class="nothing">
          <h2>Nobody found</h2>
          <p>No account has a name like this.</p>
        </div>
      ) : (
        <ul class="rows people-rows" role="list">
          {people.map((person) => (
            <Person key={person.user.id} person={person} data={data} />
          ))}
        </ul>
      )}
      {(page > 0 || more) && (
        <nav class="buttons pages" aria-label="Pages">
          {page > 0 && (
            <a class="button" href={at(page - 1)}>
              Newer
            </a>
          )}
          {more && (
            <a class="button" href={at(page + 1)}>
              Older
            </a>
          )}
        </nav>
      )}
    </Frame>
  );
}

function Person({ person, data }: { person: PersonRow; data: AdminPageData }): VNode {
  const { user, username, since, isAdmin, secondFactor, disabled, banned, banReason, bannedUntil } = person;
  const isMe = user.id === data.me.id;
  return (
    <li>
      <Avatar user={user} size="small" />
      <span class="row-main">
        <bdi>{user.name}</bdi>
        {isMe && <span class="tag">you</span>}
        {isAdmin && <span class="tag">administrator</span>}
        {user.guest && <span class="tag">guest</span>}
        {disabled && <span class="tag bad">disabled</span>}
        {banned && <span class="tag bad">banned</span>}
        <small>
          {username && (
            <>
              <bdi>{username}</bdi>,{' '}
            </>
          )}
          since <At at={since} as="day" />
          {banned && bannedUntil && (
            <>
              , banned until <At at={bannedUntil} as="day" />
            </>
          )}
          {banned && banReason && <>: {banReason}</>}
        </small>
      </span>
      {!isMe && (
        <details class="actions" name="manage">
          <summary class="button" aria-label={`Manage ${user.name}`}>
            Manage
          </summary>
          <div class="popover">
            {username && <Act data={data} user={user.id} action="reset" label="Password reset link" />}
            {secondFactor && (
              <Act
                data={data}
                user={user.id}
                action="second-factor-off"
                label="Switch off the second factor"
              />
            )}
            {!user.guest && (
              <>
                <Act
                  data={data}
                  user={user.id}
                  action={isAdmin ? 'demote' : 'promote'}
                  label={isAdmin ? 'Remove as administrator' : 'Make administrator'}
                />
                <Act
                  data={data}
                  user={user.id}
                  action={disabled ? 'enable' : 'disable'}
                  label={disabled ? 'Enable the account' : 'Disable the account'}
                />
              </>
            )}
            {banned ? (
              <Act data={data} user={user.id} action="unban" label="Lift the ban" />
            ) : (
              <BanForm data={data} user={user.id} />
            )}
            <a
              class="button wide"
              href={`/chat/~admin/audit/?${new URLSearchParams({ person: user.id }).toString()}`}
            >
              Security log
            </a>
          </div>
        </details>
      )}
    </li>
  );
}

function Hidden({ data, user }: { data: AdminPageData; user: string }): VNode {
  return (
    <>
      <input type="hidden" name="user" value={user} />
      <input type="hidden" name="q" value={data.search} />
      <input type="hidden" name="page" value={data.page} />
      {data.guests && <input type="hidden" name="guests" value="on" />}
    </>
  );
}

function Act(props: { data: AdminPageData; user: string; action: string; label: string }): VNode {
  return (
    <form method="post" action="/chat/~admin/">
      <Hidden data={props.data} user={props.user} />
      <button type="submit" name="action" value={props.action} class="button wide">
        {props.label}
      </button>
    </form>
  );
}

function BanForm({ data, user }: { data: AdminPageData; user: string }): VNode {
  return (
    <form method="post" action="/chat/~admin/" class="ban-form">
      <Hidden data={data} user={user} />
      <label for={`reason-${user}`}>Reason, which the person is told</label>
      <input id={`reason-${user}`} type="text" name="reason" maxLength={200} dir="auto" />
      <label for={`days-${user}`}>How long</label>
      <select id={`days-${user}`} name="days">
        <option value="1">A day</option>
        <option value="7">A week</option>
        <option value="30">A month</option>
        <option value="">For good</option>
      </select>
      <button type="submit" name="action" value="ban" class="button danger wide">
        Ban
      </button>
    </form>
  );
}
