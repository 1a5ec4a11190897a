import type { VNode } from 'preact';
import type { RoomSettingsPageData } from '../../src/protocol/room-pages.js';
import { Done, Field, FormProblem } from '../account/field.js';
import { Frame, Section } from '../account/frame.js';
import { roomPath } from '../client/room-name.js';
import { Icon } from '../components/icon.js';
import { Bans } from './bans.js';
import { Invites } from './invites.js';
import { Members } from './members.js';
import { settingsPath } from './settings-path.js';

const SLOW: readonly [seconds: number, words: string][] = [
  [0, 'Off'],
  [5, '5 seconds'],
  [10, '10 seconds'],
  [30, '30 seconds'],
  [60, 'A minute'],
  [300, '5 minutes'],
  [900, 'A quarter of an hour'],
  [3_600, 'An hour'],
  [21_600, '6 hours'],
];

/** Everything about a room that is not its conversation. Who may change nothing sees who is in it, and what it is. */
export function RoomSettingsPage({ data }: { data: RoomSettingsPageData }): VNode {
  const { room, title } = data;
  const may = new Set(room.me.may);
  return (
    <Frame
      nav={
        <a class="button" href={roomPath(room.room)}>
          <Icon name="chat" />
          Conversation
        </a>
      }
    >
      <h1>
        <bdi>{title}</bdi>
      </h1>
      <p class="lead">{kinds[room.kind]}</p>
      <Done>{data.done}</Done>
      <FormProblem state={data} />
      {may.has('rename') ? <About data={data} /> : <Topic topic={room.topic} />}
      <Members data={data} may={may} />
      {data.invites && <Invites data={data} invites={data.invites} />}
      {may.has('slowMode') && <SlowMode data={data} />}
      {data.bans && data.bans.length > 0 && <Bans data={data} bans={data.bans} />}
      <Membership data={data} may={may} />
      {may.has('archive') && <Archive data={data} />}
    </Frame>
  );
}

const kinds = {
  public: 'Everybody on this server may read and write here.',
  private: 'Only its members know that this room exists.',
  direct: 'A conversation that only these people know of. Nobody can be added to it.',
};

function Topic({ topic }: { topic: string }): VNode | null {
  return topic ? (
    <Section id="about" title="Topic">
      <p dir="auto">{topic}</p>
    </Section>
  ) : null;
}

function About({ data }: { data: RoomSettingsPageData }): VNode {
  const { room } = data;
  return (
    <Section id="about" title="About" hint="What the room is called, and what it is for.">
      <form method="post" action={settingsPath(room.room, 'about')} class="fields">
        <Field
          state={data}
          form="about"
          name="title"
          label="Title"
          value={room.title || data.title}
          maxLength={100}
        />
        <Field
          state={data}
          form="about"
          name="topic"
          label="Topic"
          value={room.topic}
          maxLength={500}
          required={false}
        />
        <div class="buttons">
          <button type="submit" class="button primary">
            Save
          </button>
        </div>
      </form>
    </Section>
  );
}

function SlowMode({ data }: { data: RoomSettingsPageData }): VNode {
  const now = data.room.slowModeSeconds ?? 0;
  const known = SLOW.some(([seconds]) => seconds === now);
  return (
    <Section
      id="slow"
      title="Slow mode"
      hint="How long everybody but owners and moderators waits between two messages."
    >
      <form method="post" action={settingsPath(data.room.room, 'slow')} class="inline-form">
        <div class="field">
          <label for="slow-seconds">Time between messages</label>
          <select id="slow-seconds" name="seconds">
            {!known && (
              <option value={now} selected>
                {now} seconds
              </option>
            )}
            {SLOW.map(([seconds, words]) => (
              <option key={seconds} value={seconds} selected={seconds === now}>
                {words}
              </option>
            ))}
          </select>
        </div>
        <button type="submit" class="button">
          Save
        </button>
      </form>
    </Section>
  );
}

function Membership({ data, may }: { data: RoomSettingsPageData; may: ReadonlySet<string> }): VNode | null {
  const { room } = data;
  const isMember = room.me.role !== 'none' && room.me.role !== 'former';
  const action = settingsPath(room.room, 'membership');
  if (!isMember && room.kind === 'public' && may.has('join'))
    return (
      <Section
        id="membership"
        title="Membership"
        hint="Members are listed here, and owners may make them moderators."
      >
        <form method="post" action={action}>
          <button type="submit" name="do" value="join" class="button primary">
            Join this room
          </button>
        </form>
      </Section>
    );
  if (!isMember || !may.has('leave')) return null;
  return (
    <Section
      id="membership"
      title="Membership"
      hint={room.kind === 'private' ? 'Once you have left, only an invitation brings you back.' : undefined}
    >
      <form method="post" action={action}>
        <button type="submit" name="do" value="leave" class="button danger">
          Leave this room
        </button>
      </form>
    </Section>
  );
}

function Archive({ data }: { data: RoomSettingsPageData }): VNode {
  const { room } = data;
  return (
    <Section
      id="archive"
      title="Archive"
      hint="An archived room can still be read, but nobody can write in it."
    >
      <form method="post" action={settingsPath(room.room, 'archive')}>
        <button
          type="submit"
          name="archived"
          value={room.archived ? 'off' : 'on'}
          class={room.archived ? 'button' : 'button danger'}
        >
          {room.archived ? 'Open it again' : 'Archive this room'}
        </button>
      </form>
    </Section>
  );
}
