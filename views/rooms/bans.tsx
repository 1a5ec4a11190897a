import type { VNode } from 'preact';
import type { RoomSettingsPageData } from '../../src/protocol/room-pages.js';
import { Section } from '../account/frame.js';
import { At } from '../components/at.js';
import { Avatar } from '../components/avatar.js';
import { settingsPath } from './settings-path.js';
import { pathPart } from '../client/path-part.js';

export function Bans({
  data,
  bans,
}: {
  data: RoomSettingsPageData;
  bans: NonNullable<RoomSettingsPageData['bans']>;
}): VNode {
  return (
    <Section id="bans" title="Banned">
      <ul class="rows" role="list">
        {bans.map(({ user, until, reason }) => (
          <li key={user.id}>
            <Avatar user={user} size="small" />
            <span class="row-main">
              <bdi>{user.name}</bdi>
              <small>
                {until ? (
                  <>
                    Until <At at={until} as="day" />
                  </>
                ) : (
                  'For good'
                )}
                {reason && (
                  <>
                    : <bdi>{reason}</bdi>
                  </>
                )}
              </small>
            </span>
            <form method="post" action={settingsPath(data.room.room, `bans/${pathPart(user.id)}`)}>
              <button type="submit" class="button" aria-label={`Lift ban of ${user.name}`}>
                Lift ban
              </button>
            </form>
          </li>
        ))}
      </ul>
    </Section>
  );
}
