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
          <p>Give this link to those you want here. It is not shown again.</p>
          <code class="secret">{link}</code>
        </div>
      )}
      {invites.length > 0 && (
        <ul class="rows" role="list">
          {invites.map((invite) => (
            <li key={invite.id}>
              <span class="row-main">
                Link of <bdi>{invite.by.name}</bdi>
                <small>
                  Until <At at={invite.expiresAt} as="until" />
                  {invite.usesLeft !== undefined &&
                    `, for ${invite.usesLeft} more ${invite.usesLeft === 1 ? 'person' : 'people'}`}
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
      <form method="post" action={settingsPath(room.room, 'invites')} class="fields two">
        <div class="field">
          <label for="invites-expires">Valid for</label>
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
          label="For how many people"
          required={false}
          numeric
          maxLength={5}
          hint="Left empty, for any number."
        />
        <div class="buttons">
          <button type="submit" class="button primary">
            New link
          </button>
        </div>
      </form>
    </Section>
  );
}
