import type { VNode } from 'preact';
import type { AuditPageData } from '../../src/protocol/account-pages.js';
import type { AuditEvent } from '../../src/protocol/audit.js';
import { Icon } from '../components/icon.js';
import { Frame } from './frame.js';

const PATH = '/chat/~admin/audit/';

/** What happened that is about security: who, whom, when, from where. */
export function AuditPage({ data }: { data: AuditPageData }): VNode {
  const { person, kind, kinds, events, first, more } = data;
  const words = new Map(kinds.map((each) => [each.kind, each.words]));
  const at = (extra: Record<string, string>): string =>
    `${PATH}?${new URLSearchParams({ ...(person && { person }), ...(kind && { kind }), ...extra }).toString()}`;
  return (
    <Frame
      nav={
        <a class="button" href="/chat/~admin/">
          People
        </a>
      }
    >
      <h1>Security log</h1>
      <form method="get" action={PATH} class="search-form" role="search">
        <div class="enter-field">
          <Icon name="search" />
          <input
            type="search"
            name="person"
            value={person}
            placeholder="A person’s name or id"
            aria-label="A person’s name or id"
            dir="auto"
          />
          <button type="submit" class="button">
            Search
          </button>
        </div>
        <label class="check">
          Events
          <select name="kind">
            <option value="">All</option>
            {kinds.map((each) => (
              <option key={each.kind} value={each.kind} selected={each.kind === kind}>
                {each.words}
              </option>
            ))}
          </select>
        </label>
      </form>
      {events.length === 0 ? (
        <div class="nothing">
          <h2>Nothing found</h2>
          <p>Nothing like this has happened.</p>
        </div>
      ) : (
        <ol class="rows people-rows" role="list">
          {events.map((event) => (
            <Event key={event.no} event={event} words={words.get(event.kind) ?? event.kind} />
          ))}
        </ol>
      )}
      {(!first || more) && (
        <nav class="buttons pages" aria-label="Pages">
          {!first && (
            <a class="button" href={at({})}>
              Newest
            </a>
          )}
          {more && (
            <a class="button" href={at({ before: String(events.at(-1)?.no ?? 0) })}>
              Older
            </a>
          )}
        </nav>
      )}
    </Frame>
  );
}

function Event({ event, words }: { event: AuditEvent; words: string }): VNode {
  const { at, actor, person, address, times, detail } = event;
  const facts = Object.entries(detail).map(([name, value]) => `${name} ${String(value)}`);
  return (
    <li>
      <span class="row-main">
        <b>{words}</b> {times > 1 && <span class="tag bad">{times} times</span>}
        <Somebody person={actor} />
        {person && (
          <>
            {' → '}
            <Somebody person={person} />
          </>
        )}
        <small>
          <time dateTime={at}>{at.slice(0, 19).replace('T', ' ')} UTC</time>
          {address && <>, from {address}</>}
          {facts.length > 0 && <>, {facts.join(', ')}</>}
        </small>
      </span>
    </li>
  );
}

function Somebody({ person }: { person: AuditEvent['actor'] }): VNode | null {
  if (!person) return null;
  return (
    <a href={`${PATH}?${new URLSearchParams({ person: person.id }).toString()}`}>
      <bdi>{person.name ?? `removed: ${person.id}`}</bdi>
    </a>
  );
}
