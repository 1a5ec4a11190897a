import { withoutSecrets } from '../channel-layer/redis-url.js';
import type { Advice } from './advice.js';
import { describe } from './advise.js';
import type { Sight } from './sight.js';

/** As a shell takes it. */
const quoted = (value: string) =>
  /^[\w.,:/@%+=-]*$/.test(value) ? value : `'${value.replaceAll("'", "'\\''")}'`;

/** For people. The URL comes without its password. */
export function report(
  urls: string[],
  sights: Sight[],
  { found, settings, problems, warnings }: Advice,
): string {
  const lines = sights.map(
    ({ name, version, role, clients }) =>
      `Redis ${name}: version ${version || 'unknown'}, ${role || 'role unknown'}` +
      (clients.length > 0 ? `; connected: ${clients.join(', ')}` : ''),
  );
  lines.push('', 'Found');
  if (found.length === 0) lines.push('  nothing of channels_redis: no group, no queue, no subscriber');
  for (const { layer, prefix, groups, django, ours, messages } of found) {
    const title =
      layer === 'core' ? 'core layer (RedisChannelLayer)' : 'pub/sub layer (RedisPubSubChannelLayer)';
    const more = groups.length > 5 ? ` and ${groups.length - 5} more` : '';
    const who = `${django} ${layer === 'core' ? 'processes' : 'receivers'} of Django, ${ours} of ours`;
    lines.push(`  channels_redis' ${title}, prefix "${prefix}"`);
    lines.push(`    groups: ${groups.slice(0, 5).join(', ') || 'none'}${more}`, `    ${who}`);
    for (const { kind, count } of messages) lines.push(`    ${count} messages: ${describe(kind)}`);
  }
  if (found.some(({ django }) => django > 0)) {
    lines.push('', 'Configure', `  REDIS_URL=${urls.map(withoutSecrets).join(',')}`);
    for (const [name, value] of Object.entries(settings)) lines.push(`  ${name}=${quoted(value)}`);
  }
  if (problems.length > 0) lines.push('', 'Would break', ...problems.map((line) => `  - ${line}`));
  if (warnings.length > 0) lines.push('', 'Mind', ...warnings.map((line) => `  - ${line}`));
  return lines.join('\n');
}
