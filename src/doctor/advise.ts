import { isOurs, processOf } from '../channel-layer/names.js';
import { hostIndex } from '../channel-layer/sharding.js';
import { bridgeAdvice } from './advise-bridge.js';
import {
  problemsOfRedis,
  warningsOfDatabases,
  warningsOfElsewhere,
  warningsOfRedis,
} from './advise-redis.js';
import type { Advice, Found } from './advice.js';
import { noteEvent } from './seen-event.js';
import type { Sight } from './sight.js';
import { type Recognised, recogniseChannel, recogniseMember, recognisePayload } from './recognise.js';

type Environment = Record<string, string | undefined>;

/** What it means, and what to do. `sights` in the order of the hosts. */
export function advise(sights: Sight[], keys: readonly string[], env: Environment): Advice {
  const found = findLayers(sights, keys);
  // Where nobody of Django is, there is nothing to go by.
  const settings = settingsFor(found.find(({ django }) => django > 0));
  const problems = [
    ...sights.flatMap(problemsOfRedis),
    ...found.flatMap((each) => problemsOfMessages(each, keys)),
    ...problemsOfHosts(sights),
    ...problemsOfSettings(settings, env),
  ];
  if (sights.some(({ old }) => old.length > 0))
    problems.push(
      'Queues are lists: a channels_redis before version 3 writes here, which must be upgraded first',
    );
  const djangos = found.filter(({ django }) => django > 0);
  for (const { prefix } of djangos.filter(({ layer }) => layer === 'core'))
    if (djangos.some((other) => other.layer === 'pubsub' && other.prefix === prefix))
      problems.push(
        `Both of channels_redis' layers are in use with the prefix "${prefix}": neither hears the other. Django's ` +
          'processes must agree on one',
      );
  problems.push(...problemsOfApart(found), ...problemsOfExpiry(sights, env));
  const bridge = bridgeAdvice(djangos[0], env);
  return {
    found,
    settings: { ...settings, ...bridge.settings },
    problems: [...problems, ...bridge.problems],
    warnings: [
      ...sights.flatMap(warningsOfRedis),
      ...(djangos.length === 0 ? sights.flatMap(warningsOfElsewhere) : []),
      ...sights.flatMap((sight) => warningsOfDatabases(sight, djangos)),
      ...found.flatMap(warningsOfKeys),
      ...bridge.warnings,
    ],
  };
}

function findLayers(sights: Sight[], keys: readonly string[]): Found[] {
  const layers = new Map<string, Found & { processes: Set<string> }>();
  const of = (layer: Found['layer'], prefix: string) => {
    const id = `${layer} ${prefix}`;
    const empty = {
      layer,
      prefix,
      groups: [],
      events: [],
      django: 0,
      ours: 0,
      messages: [],
      processes: new Set<string>(),
    };
    const found = layers.get(id) ?? empty;
    layers.set(id, found);
    return found;
  };
  for (const { groups, queues, channels, messages } of sights) {
    for (const { prefix, group, members } of groups) {
      const found = of('core', prefix);
      found.groups.push(group);
      for (const member of members) found.processes.add(processOf(member) ?? member);
    }
    for (const { prefix, process } of queues) of('core', prefix).processes.add(process);
    for (const channel of channels) {
      const name = recogniseChannel(channel)!;
      const found = of('pubsub', name.prefix);
      if ('group' in name) found.groups.push(name.group);
      else found.processes.add(channel.slice(-32));
    }
    for (const { layer, prefix, payload } of messages) {
      const kind = layer === 'core' ? recogniseMember(payload, keys) : recognisePayload(payload, keys);
      const found = of(layer, prefix);
      count(found.messages, kind);
      if (kind?.event) noteEvent(found.events, kind.event);
    }
  }
  return [...layers.values()]
    .map(({ processes, ...found }) => {
      const ours = [...processes].filter((process) => isOurs(process)).length;
      return { ...found, groups: [...new Set(found.groups)].sort(), ours, django: processes.size - ours };
    })
    .sort((a, b) => isHeard(b) - isHeard(a) || b.django - a.django || b.groups.length - a.groups.length);
}

/** Who died is in its groups for a day: where something is said, somebody lives. */
const isHeard = ({ messages }: { messages: readonly unknown[] }) => Number(messages.length > 0);

function count(messages: Found['messages'], kind: Recognised | undefined): void {
  const id = describe(kind);
  const same = messages.find((other) => describe(other.kind) === id);
  if (same) same.count++;
  else messages.push({ kind, count: 1 });
}

/** Not the event: that is Django's affair. */
export function describe(kind: Recognised | undefined): string {
  if (!kind) return 'nothing that channels_redis writes';
  const length =
    kind.prefixLength === 12 || kind.prefixLength === 0 ? '' : `, ${kind.prefixLength} random bytes`;
  const key =
    kind.key === undefined ? 'no key given opens them' : `key ${kind.key + 1} of those given opens them`;
  return `${kind.format ?? 'some format'}${kind.encrypted ? `, encrypted (${key})` : ', clear text'}${length}`;
}

function settingsFor(found: Found | undefined): Record<string, string> {
  if (!found) return {};
  const settings: Record<string, string> = {
    CHANNEL_LAYER: found.layer === 'core' ? 'redis' : 'redis-pubsub',
    CHANNEL_PREFIX: found.prefix,
  };
  const readable = found.messages.find(({ kind }) => kind?.format)?.kind;
  if (readable?.format) settings.CHANNEL_SERIALIZER = readable.format;
  const length = found.messages.find(({ kind }) => kind)?.kind?.prefixLength ?? 12;
  if (found.layer === 'core' && length !== 12) settings.CHANNEL_RANDOM_PREFIX_LENGTH = `${length}`;
  if (found.messages.some(({ kind }) => kind?.encrypted))
    settings.CHANNEL_ENCRYPTION_KEYS =
      "Django's symmetric_encryption_keys, in the same order, by commas or as a JSON list";
  return settings;
}

function problemsOfMessages({ layer, prefix, messages }: Found, keys: readonly string[]): string[] {
  const where = `Messages with the prefix "${prefix}"`;
  const problems: string[] = [];
  if (messages.some(({ kind }) => kind?.encrypted && kind.key === undefined))
    problems.push(
      keys.length > 0
        ? `${where} are encrypted, and none of the ${keys.length} keys given opens them: nothing of Django's could be ` +
            'read, and its consumers die of what they cannot decrypt'
        : `${where} are encrypted: give the keys with --keys, to see whether they open them`,
    );
  if (messages.some(({ kind }) => !kind))
    problems.push(`${where} are in no format of channels_redis: a serializer of Django's own cannot be read`);
  const formats = new Set(messages.map(({ kind }) => kind?.format).filter(Boolean));
  if (formats.size > 1)
    problems.push(`${where} are in several formats: consumers die of those they cannot read`);
  if (messages.some(({ kind }) => kind && !kind.encrypted) && messages.some(({ kind }) => kind?.encrypted))
    problems.push(`${where} are partly encrypted and partly not: some processes have no keys`);
  const lengths = new Set(messages.flatMap(({ kind }) => (kind ? [kind.prefixLength] : [])));
  if (layer === 'core' && lengths.size > 1)
    problems.push(
      `${where} begin with ${[...lengths].join(' or ')} random bytes: consumers die of those they cannot read`,
    );
  return problems;
}

/** Right in the middle of a rotation, and deadly else. */
function warningsOfKeys({ messages }: Found): string[] {
  const key = Math.max(0, ...messages.map(({ kind }) => kind?.key ?? 0));
  if (key === 0) return [];
  return [
    `Django encrypts with key ${key + 1} of those given, and we would with the first: consumers that do not know that one, ` +
      'too, die of what we send. Give the keys in the order of Django',
  ];
}

/** The order of the hosts decides which group is where. */
function problemsOfHosts(sights: Sight[]): string[] {
  const wrong = sights.flatMap(({ groups, name }, host) =>
    groups.flatMap(({ group }) => (hostIndex(group, sights.length) === host ? [] : [`${group} on ${name}`])),
  );
  if (wrong.length === 0) return [];
  return [
    `Groups are on hosts where nobody would look for them (${wrong.slice(0, 3).join(', ')}): give all of Django's ` +
      'hosts, in the same order',
  ];
}

/** Ours and Django's, each on another layer or with another prefix. */
function problemsOfApart(found: Found[]): string[] {
  const [theirs] = found.filter(({ django }) => django > 0);
  if (!theirs || theirs.ours > 0) return [];
  return found
    .filter(({ ours, django }) => ours > 0 && django === 0)
    .map(
      ({ layer, prefix, ours }) =>
        `${ours} of ours are on the ${layer} layer with the prefix "${prefix}", and Django is on the ${theirs.layer} layer ` +
        `with the prefix "${theirs.prefix}": neither hears the other`,
    );
}

/** Whoever sends to a group first removes members that are older than their own `group_expiry`. */
function problemsOfExpiry(sights: Sight[], env: Environment): string[] {
  const here = Number(env.GROUP_EXPIRY ?? 86_400);
  const seen = Math.max(0, ...sights.map(({ groupSeconds }) => groupSeconds));
  if (seen <= here) return [];
  return [
    `Groups last for ${seen} s or more, and GROUP_EXPIRY is ${here} here: what we send would remove Django's consumers ` +
      `from their groups. Set it to Django's group_expiry`,
  ];
}

function problemsOfSettings(settings: Record<string, string>, env: Environment): string[] {
  return Object.entries(settings).flatMap(([name, value]) => {
    const here = env[name];
    if (!here || here === value || name === 'CHANNEL_ENCRYPTION_KEYS') return [];
    return [`${name} is ${here} here, and would have to be ${value}: neither side would hear the other`];
  });
}
