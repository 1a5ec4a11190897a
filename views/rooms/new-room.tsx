import type { VNode } from 'preact';
import type { NewRoomPageData } from '../../src/protocol/room-pages.js';
import { Field, FormProblem } from '../account/field.js';
import { Frame, Section } from '../account/frame.js';
import { RegisterFirst } from './register-first.js';

const action = '/chat/~new/';

export function NewRoomPage({ data }: { data: NewRoomPageData }): VNode {
  const { me, open } = data;
  return (
    <Frame>
      <h1>New room or conversation</h1>
      <FormProblem state={data} />
      <Section
        id="conversation"
        title="Conversation"
        hint="With up to 19 others. Nobody else knows that it exists, and nobody can be added later."
      >
        {me.guest ? (
          <RegisterFirst accounts={data.accounts} next={action}>
            Conversations are for people with an account.
          </RegisterFirst>
        ) : (
          <form method="post" action={action} class="fields">
            <Field
              state={data}
              form="conversation"
              name="names"
              label="With whom"
              maxLength={1_000}
              hint="Separate several by commas."
            />
            <div class="buttons">
              <button type="submit" name="kind" value="direct" class="button primary">
                Open
              </button>
            </div>
          </form>
        )}
      </Section>
      <Section
        id="private"
        title="Private room"
        hint="Only its members know that it exists. You own it, and invite by name or by a link."
      >
        {me.guest ? (
          <RegisterFirst accounts={data.accounts} next={action}>
            Private rooms are for people with an account.
          </RegisterFirst>
        ) : (
          <form method="post" action={action} class="fields">
            <Field state={data} form="private" name="title" label="Title" maxLength={100} />
            <Field
              state={data}
              form="private"
              name="topic"
              label="What it is for"
              maxLength={500}
              required={false}
            />
            <div class="buttons">
              <button type="submit" name="kind" value="private" class="button primary">
                Create
              </button>
            </div>
          </form>
        )}
      </Section>
      {open && (
        <Section
          id="public"
          title="Open room"
          hint="Everybody on this server finds it, reads it and writes there."
        >
          <form method="post" action={action} class="fields">
            <Field
              state={data}
              form="public"
              name="name"
              label="Name"
              maxLength={80}
              hint="Letters, digits, “-” and “_”."
            />
            <Field
              state={data}
              form="public"
              name="publicTopic"
              label="What it is for"
              maxLength={500}
              required={false}
            />
            <div class="buttons">
              <button type="submit" name="kind" value="public" class="button primary">
                Create
              </button>
            </div>
          </form>
        </Section>
      )}
    </Frame>
  );
}
