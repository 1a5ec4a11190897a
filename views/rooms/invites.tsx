import type { VNode } from 'preact';
import type { RoomSettingsPageData } from '../../src/protocol/room-pages.js';
import { Field } from '../account/field.js';
import { Section } from '../account/frame.js';
import { At } from '../components/at.js';
import { settingsPath } from './settings-path.js';
import { pathPart } from '../client/path-part.js';

type Invite = NonNullable<RoomSettingsPageData['invites']>[number];

export function Invites({ data, invites }: { data: RoomSettingsPageData; invites: Invite[] }): VNode {
  const { room, link } = data;
  return (
    <Section
      id="invites"
      title="Invitations"
      hint="Whoever has an account and opens such a link can become a member."
    >
      {link && (
        <div class="notice" role="status">
          <p>Give this link to whom you want here. It is not shown again.</p>
          <code class="secret">{link}</code>
        </div>
      )}
      {invites.length > 0 && (
        <ul class="rows" role="list">
          {invites.map((invite) => (
            <li key={invite.id}>
              <span class="row-main">
                by <bdi>{invite.by.name}</bdi>
                <small>
                  until <At at={invite.expiresAt} as="day" />
                  {invite.usesLeft !== undefined && `, for ${invite.usesLeft} more`}
                </small>
              </span>
              <form method="post" action={settingsPath(room.room, `invites/${pathPart(invite.id)}`)}>
                <button type="submit" class="button">
                  Revoke
                </button>
              </form>
            </li>
          ))}
        </ul>
      )}
      <form method="post" action={settingsPath(room.room, 'invites')} class="inline-form">
        <div class="field">
          <label for="invites-expires">Good for</label>
          <select id="invites-expires" name="expiresInSeconds">
            <option value="3600">An hour</option>
            <option value="86400">A day</option>
            <option value="604800" selected>
              A week
            </option>
            <option value="2592000">A month</option>
          </select>
        </div>
        <Field
          state={data}
          form="invites"
          name="uses"
          label="How many people"
          required={false}
          numeric
          maxLength={5}
          hint="As many as like, where it is empty."
        />
        <button type="submit" class="button">
          New link
        </button>
      </form>
    </Section>
  );
}
