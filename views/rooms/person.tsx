import type { VNode } from 'preact';
import type { PersonPageData } from '../../src/protocol/room-pages.js';
import { FormProblem } from '../account/field.js';
import { Frame } from '../account/frame.js';
import { Avatar } from '../components/avatar.js';
import { Icon } from '../components/icon.js';
import { RegisterFirst } from './register-first.js';
import { pathPart } from '../client/path-part.js';

export function PersonPage({ data }: { data: PersonPageData }): VNode {
  const { me, person } = data;
  return (
    <Frame narrow>
      <div class="card person-card">
        <Avatar user={person} size="large" />
        <h1>
          <bdi>{person.name}</bdi>
        </h1>
        {person.guest && <p class="lead">Guest</p>}
        {person.status && (
          <p class="lead" dir="auto">
            {person.status}
          </p>
        )}
        <FormProblem state={data} />
        <Write data={data} me={me} />
      </div>
    </Frame>
  );
}

function Write({ data, me }: { data: PersonPageData; me: PersonPageData['me'] }): VNode {
  const { person } = data;
  if (person.id === me.id)
    return data.accounts && !me.guest ? (
      <a class="button wide" href="/chat/~account/">
        Your account
      </a>
    ) : (
      <p class="state">This is you.</p>
    );
  if (person.guest) return <p class="state">Guests have no account, so nobody can write to them alone.</p>;
  if (me.guest)
    return (
      <RegisterFirst accounts={data.accounts} next={`/chat/~person/${pathPart(person.id)}/`}>
        Conversations are for people with an account.
      </RegisterFirst>
    );
  return (
    <form method="post" action={`/chat/~person/${pathPart(person.id)}/`}>
      <button type="submit" class="button primary wide">
        <Icon name="chat" />
        Message
      </button>
    </form>
  );
}
