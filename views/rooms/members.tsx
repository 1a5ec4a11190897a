import type { VNode } from 'preact';
import type { RoomSettingsPageData } from '../../src/protocol/room-pages.js';
import { Field } from '../account/field.js';
import { Section } from '../account/frame.js';
import { At } from '../components/at.js';
import { Avatar } from '../components/avatar.js';
import { PersonLink } from '../components/person-link.js';
import { settingsPath } from './settings-path.js';
import { pathPart } from '../client/path-part.js';

type Member = RoomSettingsPageData['members'][number];
const ranks = { owner: 2, moderator: 1, member: 0 };

export function Members({ data, may }: { data: RoomSettingsPageData; may: ReadonlySet<string> }): VNode {
  const { room, members } = data;
  return (
    <Section
      id="members"
      title="Members"
      hint={
        room.kind === 'direct'
          ? undefined
          : 'Owners rule the room and say who moderates; moderators keep order among members.'
      }
    >
      {members.length === 0 ? (
        <p class="state">Nobody has become a member yet. Everybody can read and write here all the same.</p>
      ) : (
        <ul class="rows" role="list">
          {members.map((member) => (
            <Row key={member.user.id} data={data} member={member} may={may} />
          ))}
        </ul>
      )}
      {may.has('add') && (
        <form method="post" action={settingsPath(room.room, 'members')} class="inline-form">
          <Field state={data} form="members" name="name" label="Add somebody by name" maxLength={64} />
          <button type="submit" class="button">
            Add
          </button>
        </form>
      )}
    </Section>
  );
}

function Row({
  data,
  member,
  may,
}: {
  data: RoomSettingsPageData;
  member: Member;
  may: ReadonlySet<string>;
}): VNode {
  const { user, role, mutedUntil } = member;
  const isMe = user.id === data.me.id;
  const mine = data.room.me.role;
  const isBelow =
    !isMe && ranks[role] < (mine in ranks ? ranks[mine as keyof typeof ranks] : may.has('setRole') ? 2 : 0);
  const manages = isBelow && ['kick', 'ban', 'mute', 'setRole'].some((operation) => may.has(operation));
  return (
    <li>
      <Avatar user={user} size="small" />
      <span class="row-main">
        <PersonLink user={user} />
        {isMe && <span class="tag">you</span>}
        {role !== 'member' && <span class="tag">{role}</span>}
        {mutedUntil && (
          <small>
            muted until <At at={mutedUntil} as="until" />
          </small>
        )}
      </span>
      {manages && (
        <details class="actions" name="manage">
          <summary class="button" aria-label={`Manage ${user.name}`}>
            Manage
          </summary>
          <form
            method="post"
            action={settingsPath(data.room.room, `members/${pathPart(user.id)}`)}
            class="popover"
          >
            {may.has('setRole') && (
              <>
                {role !== 'moderator' && <Act value="moderator" label="Make moderator" />}
                {role !== 'member' && <Act value="member" label="Make ordinary member" />}
                <Act value="owner" label="Make owner" />
              </>
            )}
            {may.has('mute') &&
              (mutedUntil ? (
                <Act value="unmute" label="Let them speak again" />
              ) : (
                <>
                  <Act value="mute-hour" label="Mute for an hour" />
                  <Act value="mute-day" label="Mute for a day" />
                </>
              ))}
            {may.has('kick') && <Act value="remove" label="Remove from the room" bad />}
            {may.has('ban') && <Act value="ban" label="Remove and ban" bad />}
          </form>
        </details>
      )}
    </li>
  );
}

function Act({ value, label, bad }: { value: string; label: string; bad?: boolean }): VNode {
  return (
    <button type="submit" name="do" value={value} class={bad ? 'button danger wide' : 'button wide'}>
      {label}
    </button>
  );
}
