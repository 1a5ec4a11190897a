import { KEYS, methodOf } from '../django-bridge/django-event.js';
import type { Advice } from './advice.js';
import { few, list } from './listed.js';
import type { SeenEvent } from './seen-event.js';

/** What our processes tell each other. */
const ours = /^(bridge|chat\.(event|person|signed|presence|typing))/;
/** What teams call what we send, without `_`, in small letters. */
const guesses: readonly [ours: string, theirs: RegExp][] = [
  ['message', /^(text|body|content|msg)$/],
  [
    'username',
    /^(user|name|nick(name)?|(sender|author|from|user|display)(user)?name|sender|author|from|by)$/,
  ],
  ['at', /^(date|time|datetime|timestamp|when|(sent|created|posted)(at|on)?)$/],
  ['room', /^room(name|slug|id)$/],
  ['id', /^(message|msg)?(id|uuid)$/],
];
/** `DJANGO_EVENT_KEYS` takes no others. */
const plain = /^[A-Za-z]\w{0,63}$/;
const guessOf = (key: string) =>
  plain.test(key)
    ? guesses.find(([, theirs]) => theirs.test(key.replaceAll('_', '').toLowerCase()))?.[0]
    : undefined;

/** What Django's consumers must be sent, by what they send each other. */
export function adviseEvents(
  seen: SeenEvent[],
  env: Record<string, string | undefined>,
  advice: Pick<Advice, 'settings' | 'problems' | 'warnings'>,
): void {
  const events = seen.filter(({ type }) => !ours.test(type));
  const spoken = wordsAmong(events);
  const [type = 'chat.message'] = list(env.DJANGO_EVENT_TYPES);
  const ofThatType = events.find((event) => methodOf(event.type) === methodOf(type));
  if (ofThatType) return adviseKeys(ofThatType, env, advice);
  if (events.length === 0) return;
  const types = few(events.map((event) => event.type));
  if (spoken.length === 0)
    return void advice.warnings.push(
      `Django's events are of type ${types}, and none has a message: write one in Django while this listens (--listen 30), ` +
        `to see whether its consumers know ${type}, which DJANGO_BRIDGE would send, and end on it otherwise`,
    );
  advice.settings.DJANGO_EVENT_TYPES = spoken.map((event) => event.type).join(',');
  advice.problems.push(
    `Django's events are of type ${types}, and ${type} is what DJANGO_BRIDGE would send: a consumer ends on a type that ` +
      'it has no method for',
  );
  adviseKeys(spoken[0]!, env, advice);
}

/** Who types or comes says nothing. Those first that can be heard here. */
function wordsAmong(events: SeenEvent[]): SeenEvent[] {
  const speaking = events.filter(({ speaks }) => speaks);
  return speaking.length > 0
    ? speaking
    : events.filter(({ texts }) => texts.some((key) => guessOf(key) === 'message'));
}

/** A consumer ends on a key that it reads and the event has not: whether it reads one, nobody sees in Redis. */
function adviseKeys(
  { type, texts, rest, speaks }: SeenEvent,
  env: Record<string, string | undefined>,
  { settings, problems, warnings }: Pick<Advice, 'settings' | 'problems' | 'warnings'>,
): void {
  if (!speaks)
    problems.push(`Django's ${type} has no message, by which alone the bridge hears what Django says`);
  const given = list(env.DJANGO_EVENT_KEYS);
  const has = new Set<string | undefined>([...KEYS, ...given.map((pair) => pair.split('=')[0])]);
  const guessed = texts.flatMap((key) => {
    const same = has.has(key) ? undefined : guessOf(key);
    return same ? [`${key}=${same}`] : [];
  });
  if (guessed.length > 0) settings.DJANGO_EVENT_KEYS = [...given, ...guessed].join(',');
  const missing = [...texts, ...rest].filter((key) => !has.has(key));
  const unknown = missing.filter((key) => !guessed.some((pair) => pair.startsWith(`${key}=`)));
  if (missing.length === 0) return;
  const ways = [
    ...(guessed.length > 0
      ? [`DJANGO_EVENT_KEYS=${guessed.join(',')} sends, by their names, what they seem to be`]
      : []),
    ...(unknown.length > 0 ? [`DjangoBridgeModule.forRoot({ moreKeys }) sends ${few(unknown)}`] : []),
  ];
  warnings.push(
    `Django's ${type} has keys that ours has not (${few(missing)}): a consumer whose method reads one as event["…"] ends on ` +
      `what we send. ${ways.join('; ')}`,
  );
}
