import { describe, expect, it } from 'vitest';
import type { Found } from '../../src/doctor/advice.js';
import { bridgeAdvice } from '../../src/doctor/advise-bridge.js';

const found = (
  groups: string[],
  types: string[] = ['chat_message'],
  layer: Found['layer'] = 'pubsub',
): Found => ({
  layer,
  prefix: 'asgi',
  groups,
  types,
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
    const { problems, settings } = bridgeAdvice(found(['chat_lobby'], ['room.say', 'bridge.here']), {});
    expect(problems[0]).toContain('room.say');
    expect(settings.DJANGO_EVENT_TYPES).toBe('room.say');
    for (const type of ['chat.message', 'chat_message'])
      expect(bridgeAdvice(found(['chat_lobby'], [type]), {}).problems).toEqual([]);
    expect(
      bridgeAdvice(found(['chat_lobby'], ['room_say']), { DJANGO_EVENT_TYPES: 'room.say' }).problems,
    ).toEqual([]);
  });

  it('tells what a burst needs on the core layer, and is silent where there is no Django', () => {
    expect(bridgeAdvice(found(['chat_lobby'], [], 'core'), {}).warnings.join()).toContain('channel_capacity');
    expect(bridgeAdvice(undefined, {})).toEqual({ settings: {}, problems: [], warnings: [] });
  });
});
