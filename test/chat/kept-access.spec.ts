import { describe, expect, it } from 'vitest';
import { KeptAccess } from '../../src/chat/kept-access.js';
import type { Access } from '../../src/log/room-members.js';

const access = (name: string) => ({ room: { name } }) as Access;

describe('What is kept of people’s rights', () => {
  it('is found by person and room, and forgotten for that room alone', () => {
    const kept = new KeptAccess();
    kept.set('ann', 'lobby', access('lobby'));
    kept.set('ann', 'den', access('den'));
    kept.set('bob', 'lobby', access('lobby'));
    kept.set('ann', 'lobby', access('lobby, as it is now'));
    expect(kept.get('ann', 'lobby')).toEqual(access('lobby, as it is now'));
    kept.delete('ann', 'lobby');
    kept.delete('ann', 'attic');
    kept.delete('carol', 'lobby');
    expect(kept.get('ann', 'lobby')).toBeUndefined();
    expect(kept.get('ann', 'den')).toEqual(access('den'));
    expect(kept.get('bob', 'lobby')).toEqual(access('lobby'));
  });

  it('is bounded, and what was forgotten makes room', () => {
    const kept = new KeptAccess();
    for (let n = 0; n < 60_000; n++) {
      kept.set(`guest-${n}`, 'lobby', access('lobby'));
      kept.delete(`guest-${n}`, 'lobby');
    }
    kept.set('ann', 'den', access('den'));
    for (let n = 1; n < 20_000; n++) kept.set('ann', `room-${n}`, access(`room-${n}`));
    expect(kept.get('ann', 'den')).toBeDefined();
    kept.set('ann', 'one more', access('one more'));
    expect(kept.get('ann', 'den')).toBeUndefined();
    expect(kept.get('ann', 'one more')).toBeDefined();
  });
});
