import type { VNode } from 'preact';
import type { InvitePageData } from '../../src/protocol/room-pages.js';
import { FormProblem } from '../account/field.js';
import { Frame } from '../account/frame.js';
import { RegisterFirst } from './register-first.js';
import { pathPart } from '../client/path-part.js';

export function InvitePage({ data }: { data: InvitePageData }): VNode {
  const { me, title, by, token } = data;
  const path = `/chat/~invite/${pathPart(token)}/`;
  return (
    <Frame narrow>
      <div class="card">
        <h1>
          <bdi>{title}</bdi>
        </h1>
        <p class="lead">
          <bdi>{by.name}</bdi> invites you to this private room.
        </p>
        <FormProblem state={data} />
        {me.guest ? (
          <RegisterFirst accounts={data.accounts} next={path}>
            You need an account to become a member.
          </RegisterFirst>
        ) : (
          <form method="post" action={path}>
            <button type="submit" class="button primary wide">
              Become a member
            </button>
          </form>
        )}
      </div>
    </Frame>
  );
}
