import type { Advice, Found } from './advice.js';

/** What our processes tell each other. */
const ours = /^(bridge|chat\.(event|person|signed|presence|typing))/;
const method = (type: string) => type.replaceAll('.', '_');
const list = (text = '') =>
  text
    .split(',')
    .map((item) => item.trim())
    .filter(Boolean);
const few = (names: string[]) => names.slice(0, 5).join(', ') + (names.length > 5 ? ' …' : '');

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
  const rooms = groups.flatMap((group) => /^chat_([A-Za-z0-9_-]{1,64})$/.exec(group)?.[1] ?? []);
  if (rooms.length > 0) advice.settings.DJANGO_BRIDGE = rooms.length > 20 ? 'on' : rooms.join(',');
  if (groups.length > 0 && rooms.length === 0)
    advice.warnings.push(
      `No group is called chat_<room> (there are ${few(groups)}): DJANGO_BRIDGE shares only those that are`,
    );
  adviseTypes(found?.types.filter((type) => !ours.test(type)) ?? [], env, advice);
  adviseRooms(rooms, env, advice);
  if (rooms.length > 0 && found?.layer === 'core')
    advice.warnings.push(
      'Django drops what is beyond its capacity (100) in a queue of ours: for bursts, give our channels more by ' +
        "'channel_capacity': {'django*': 10000} in its CHANNEL_LAYERS",
    );
  return advice;
}

/** A consumer ends on a type that it has no method for. */
function adviseTypes(
  types: string[],
  env: Record<string, string | undefined>,
  advice: Partial<Advice>,
): void {
  if (types.length === 0) return;
  const known = list(env.DJANGO_EVENT_TYPES);
  const [sent = 'chat.message'] = known;
  if (types.some((type) => method(type) === method(sent))) return;
  advice.settings!.DJANGO_EVENT_TYPES = types.join(',');
  advice.problems!.push(
    `Django's events are of type ${few(types)}, and ${sent} is what DJANGO_BRIDGE would send: a consumer ends on a type ` +
      'that it has no method for',
  );
}

function adviseRooms(
  rooms: string[],
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
  const absent = bridged.filter((room) => !rooms.includes(room));
  if (absent.length > 0)
    advice.warnings!.push(`Nobody in Django is in ${few(absent)} now, which DJANGO_BRIDGE names`);
  const apart = rooms.filter((room) => !bridged.includes(room));
  if (apart.length > 0)
    advice.warnings!.push(`DJANGO_BRIDGE leaves out ${few(apart)}: there, each side is alone`);
}
