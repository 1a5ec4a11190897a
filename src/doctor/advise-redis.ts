import type { Found } from './advice.js';
import type { Sight } from './sight.js';

export function problemsOfRedis({ name, version, role, cluster, clockAhead }: Sight): string[] {
  const problems: string[] = [];
  if (role && role !== 'master') problems.push(`Redis ${name} is a ${role}: it takes no messages`);
  if (cluster) problems.push(`Redis ${name} is a cluster, which neither channels_redis nor we can use`);
  if (version && Number.parseInt(version, 10) < 5)
    problems.push(`Redis ${name} is version ${version}: the core layer needs 5 or later`);
  if (Math.abs(clockAhead) > 30)
    problems.push(
      `The clocks are ${Math.round(Math.abs(clockAhead))} s apart: messages expire by the sender's clock`,
    );
  return problems;
}

export function warningsOfRedis(sight: Sight): string[] {
  const { name, evictionPolicy, clockAhead, cut, messages, isToldOf } = sight;
  const warnings: string[] = [];
  if (!isToldOf)
    warnings.push(
      `Redis ${name} does not let this user ask for INFO: whether it is a replica or a cluster, which version it is, and ` +
        'whether it evicts, could not be seen',
    );
  if (evictionPolicy.startsWith('allkeys') || evictionPolicy.startsWith('volatile'))
    warnings.push(
      `Redis ${name} may evict memberships and messages when its memory is full (maxmemory-policy ${evictionPolicy})`,
    );
  const apart = Math.abs(clockAhead);
  if (apart > 2 && apart <= 30)
    warnings.push(`The clock of Redis ${name} is ${apart.toFixed(1)} s from ours`);
  if (cut) warnings.push(`Redis ${name} has more than was looked at`);
  if (messages.length === 0)
    warnings.push(
      `No message was seen on Redis ${name}: write one in Django while this listens (--listen 30)`,
    );
  return warnings;
}

/** Nobody of Django is where we looked. */
export function warningsOfElsewhere({ name, database, databases }: Sight): string[] {
  const others = databases.filter((other) => other !== database);
  if (others.length === 0) return [];
  return [
    `Nobody of Django was seen in database ${database} of Redis ${name}, and there are keys in ${others.join(', ')}: the ` +
      'number at the end of Django’s URL must be the same here (redis://host:6379/2)',
  ];
}

/**
 * Keys are apart in databases, what is published is not. Said where somebody may rely on a number: one is in use, and the
 * prefix is what every app has that chose none.
 */
export function warningsOfDatabases({ name, database, subscribersIn }: Sight, djangos: Found[]): string[] {
  const isShared = djangos.some(({ layer, prefix }) => layer === 'pubsub' && prefix === 'asgi');
  const others = subscribersIn.filter((other) => other !== database);
  if (!isShared || (database === 0 && others.length === 0)) return [];
  const seen = others.length > 0 ? ` (somebody is subscribed in ${others.join(', ')})` : '';
  return [
    `The pub/sub layer knows no databases: every app on Redis ${name} with the prefix "asgi" hears this one, whatever number ` +
      `its URL ends with${seen}. Apps that are to be apart need prefixes of their own`,
  ];
}
