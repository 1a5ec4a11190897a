import { djangoGroup, isDigestGroup, roomOf } from '../django-bridge/django-group.js';
import { adviseEvents } from './advise-events.js';
import type { Advice, Found } from './advice.js';
import { few, list } from './listed.js';

/** How rooms become one with Django's, and what would keep them apart or end its consumers. */
export function bridgeAdvice(
  found: Found | undefined,
  env: Record<string, string | undefined>,
): Pick<Advice, 'settings' | 'problems' | 'warnings'> {
  const advice = {
    settings: {} as Record<string, string>,
    problems: [] as string[],
    warnings: [] as string[],
  };
  const groups = found?.groups.filter((group) => !group.startsWith('chat.')) ?? [];
  const rooms = groups.flatMap((group) => roomOf(group) ?? []);
  const named = list(env.DJANGO_BRIDGE).map(djangoGroup);
  const digests = groups.filter((group) => isDigestGroup(group) && !named.includes(group));
  if (rooms.length > 0) advice.settings.DJANGO_BRIDGE = rooms.length > 20 ? 'on' : rooms.join(',');
  if (digests.length > 0)
    advice.warnings.push(
      `${few(digests)}: rooms beyond ASCII, if Django names their groups as we do. Name the rooms in DJANGO_BRIDGE, as nobody ` +
        'can read them from that',
    );
  if (groups.length > 0 && rooms.length === 0 && !groups.some(isDigestGroup))
    advice.warnings.push(
      `No group is called chat_<room> (there are ${few(groups)}): DJANGO_BRIDGE shares only those that are`,
    );
  adviseEvents(found?.events ?? [], env, advice);
  adviseRooms(rooms, groups, env, advice);
  if (rooms.length > 0 && found?.layer === 'core')
    advice.warnings.push(
      'Django drops what is beyond its capacity (100) in a queue of ours: for bursts, give our channels more by ' +
        "'channel_capacity': {'django*': 10000} in its CHANNEL_LAYERS",
    );
  if (found?.layer === 'core') adviseLimits(env, advice);
  return advice;
}

/** Whoever sends keeps to limits of their own: where ours are tighter, what ours say is dropped and what Django says is not. */
function adviseLimits(env: Record<string, string | undefined>, advice: Pick<Advice, 'warnings'>): void {
  const unset = ['CHANNEL_CAPACITY', 'CHANNEL_EXPIRY', 'GROUP_EXPIRY'].filter((name) => !env[name]);
  if (unset.length === 0) return;
  advice.warnings.push(
    `Nobody can see capacity, expiry and group_expiry in Redis: where Django's CHANNEL_LAYERS sets them, set ${unset.join(', ')} ` +
      'alike, or what ours say is dropped where what Django says is not',
  );
}

function adviseRooms(
  rooms: string[],
  groups: string[],
  env: Record<string, string | undefined>,
  advice: Partial<Advice>,
): void {
  const bridged = list(env.DJANGO_BRIDGE);
  if (bridged.length === 0 || bridged[0] === 'on') return;
  if (bridged[0] === 'off') {
    if (rooms.length > 0)
      advice.warnings!.push('DJANGO_BRIDGE is off: neither side sees what the other says');
    return;
  }
  const absent = bridged.filter((room) => !groups.includes(djangoGroup(room)));
  if (absent.length > 0)
    advice.warnings!.push(`Nobody in Django is in ${few(absent)} now, which DJANGO_BRIDGE names`);
  const apart = rooms.filter((room) => !bridged.includes(room));
  if (apart.length > 0)
    advice.warnings!.push(`DJANGO_BRIDGE leaves out ${few(apart)}: there, each side is alone`);
}
