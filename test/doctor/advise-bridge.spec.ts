import { describe, expect, it } from 'vitest';
import type { Found } from '../../src/doctor/advice.js';
import { bridgeAdvice } from '../../src/doctor/advise-bridge.js';
import type { SeenEvent } from '../../src/doctor/seen-event.js';
import { djangoGroup } from '../../src/django-bridge/index.js';

/** What a consumer sends: text under these keys, and something else under the rest. */
const event = (type: string, texts: string[] = ['message'], rest: string[] = []): SeenEvent => ({
  type,
  texts,
  rest,
  speaks: texts.includes('message'),
});

const found = (
  groups: string[],
  events: SeenEvent[] = [event('chat_message')],
  layer: Found['layer'] = 'pubsub',
): Found => ({
  layer,
  prefix: 'asgi',
  groups,
  events,
  django: 1,
  ours: 0,
  messages: [],
});

describe('what the doctor says of DJANGO_BRIDGE', () => {
  it('names the rooms that Django’s people are in, or all where they are many', () => {
    expect(bridgeAdvice(found(['chat.people', 'chat_lobby', 'chat_news']), {}).settings).toEqual({
      DJANGO_BRIDGE: 'lobby,news',
    });
    const many = Array.from({ length: 21 }, (_, n) => `chat_${n}`);
    expect(bridgeAdvice(found(many), {}).settings).toEqual({ DJANGO_BRIDGE: 'on' });
  });

  it('warns where no group is a room’s, and where rooms are left apart', () => {
    expect(bridgeAdvice(found(['notifications']), {}).warnings[0]).toContain('notifications');
    const { warnings } = bridgeAdvice(found(['chat_lobby', 'chat_news']), {
      DJANGO_BRIDGE: 'lobby,elsewhere',
    });
    expect(warnings.join('\n')).toMatch(/elsewhere[^]*leaves out news/);
    expect(bridgeAdvice(found(['chat_lobby']), { DJANGO_BRIDGE: 'off' }).warnings[0]).toContain('off');
  });

  it('calls it a problem where consumers would end on the type that we send', () => {
    const { problems, settings } = bridgeAdvice(
      found(['chat_lobby'], [event('room.say'), event('bridge.here', [])]),
      {},
    );
    expect(problems[0]).toContain('room.say');
    expect(settings.DJANGO_EVENT_TYPES).toBe('room.say');
    for (const type of ['chat.message', 'chat_message'])
      expect(bridgeAdvice(found(['chat_lobby'], [event(type)]), {}).problems).toEqual([]);
    expect(
      bridgeAdvice(found(['chat_lobby'], [event('room_say')]), { DJANGO_EVENT_TYPES: 'room.say' }).problems,
    ).toEqual([]);
  });

  it('takes for words what has a message, and not who types or comes', () => {
    const others = [event('user_join', ['user']), event('room_typing', ['user'], ['on'])];
    const alone = bridgeAdvice(found(['chat_lobby'], others), {});
    expect(alone.settings).toEqual({ DJANGO_BRIDGE: 'lobby' });
    expect(alone.problems).toEqual([]);
    expect(alone.warnings.join()).toMatch(/user_join, room_typing, and none has a message: write one/);
    const { settings } = bridgeAdvice(found(['chat_lobby'], [...others, event('room.say')]), {});
    expect(settings.DJANGO_EVENT_TYPES).toBe('room.say');
    const text = bridgeAdvice(found(['chat_lobby'], [...others, event('room.say', ['text'])]), {});
    expect(text.settings).toMatchObject({
      DJANGO_EVENT_TYPES: 'room.say',
      DJANGO_EVENT_KEYS: 'text=message',
    });
    expect(text.problems.join()).toContain('room.say has no message');
  });

  it('says which keys of Django’s events ours has not, and guesses by their names what would do', () => {
    const said = event(
      'chat_message',
      ['message', 'username', 'user', 'sent_at', 'from-whom'],
      ['mentions', 'at'],
    );
    const { settings, problems, warnings } = bridgeAdvice(found(['chat_lobby'], [said]), {});
    expect(settings.DJANGO_EVENT_KEYS).toBe('user=username,sent_at=at');
    expect(problems).toEqual([]);
    expect(warnings.join()).toMatch(
      /\(user, sent_at, from-whom, mentions\)[^]*moreKeys \}\) sends from-whom, mentions/,
    );
    const given = { DJANGO_EVENT_KEYS: 'user=id' };
    expect(bridgeAdvice(found(['chat_lobby'], [said]), given).settings.DJANGO_EVENT_KEYS).toBe(
      'user=id,sent_at=at',
    );
    const whole = bridgeAdvice(found(['chat_lobby']), {});
    expect([whole.settings.DJANGO_EVENT_KEYS, whole.warnings]).toEqual([undefined, []]);
  });

  it('takes no digest for a room: who runs it must name the room', () => {
    const groups = ['chat_lobby', djangoGroup('комната')];
    const unnamed = bridgeAdvice(found(groups), {});
    expect(unnamed.settings.DJANGO_BRIDGE).toBe('lobby');
    expect(unnamed.warnings.join()).toContain('Name the rooms in DJANGO_BRIDGE');
    expect(bridgeAdvice(found(groups), { DJANGO_BRIDGE: 'lobby,комната' }).warnings).toEqual([]);
    expect(bridgeAdvice(found(groups.slice(1)), {}).warnings).toHaveLength(1);
  });

  it('names the limits that nobody can see, until they are set here', () => {
    const unseen = (env: Record<string, string>) =>
      bridgeAdvice(found(['chat_lobby'], undefined, 'core'), env).warnings.filter((line) =>
        line.startsWith('Nobody can see'),
      );
    expect(unseen({ CHANNEL_EXPIRY: '45' }).join()).toContain('set CHANNEL_CAPACITY, GROUP_EXPIRY alike');
    expect(unseen({ CHANNEL_CAPACITY: '3000', CHANNEL_EXPIRY: '45', GROUP_EXPIRY: '9' })).toEqual([]);
    expect(bridgeAdvice(found(['chat_lobby']), {}).warnings).toEqual([]);
  });

  it('tells what a burst needs on the core layer, and is silent where there is no Django', () => {
    expect(bridgeAdvice(found(['chat_lobby'], [], 'core'), {}).warnings.join()).toContain('channel_capacity');
    expect(bridgeAdvice(undefined, {})).toEqual({ settings: {}, problems: [], warnings: [] });
  });
});
