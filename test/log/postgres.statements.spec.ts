import { describe, expect, it } from 'vitest';
import { appendStatement } from '../../src/log/postgres.statements.js';
import type { EventDraft } from '../../src/log/room-log.js';
import { entryOf } from '../../src/log/rows.js';
import { roomEvents, type RoomEventType } from '../../src/protocol/index.js';

const types = Object.keys(roomEvents) as RoomEventType[];
const batch = (...of: RoomEventType[]) => of.map((type) => entryOf({ type } as EventDraft));

describe('The statements that PostgreSQL keeps plans of', () => {
  it('are few, whatever meets in a batch', () => {
    const texts = new Map<string, string>();
    for (const one of types)
      for (const another of types)
        for (const locked of ['pass over', 'wait'] as const) {
          const { name, text } = appendStatement(batch(one, another), locked);
          expect(texts.get(name) ?? text).toBe(text);
          texts.set(name, text);
        }
    expect(texts.size).toBe(6);
    expect(new Set(texts.values()).size).toBe(6);
  });

  it('do nothing for messages but store them, and for what is done to messages nothing about people', () => {
    const { text: stored } = appendStatement(batch('message.created', 'message.created'), 'pass over');
    expect(stored).not.toMatch(/edited_message|added_reaction|standing/);
    const { text: changed } = appendStatement(batch('message.edited', 'reaction.added'), 'pass over');
    expect(changed).toMatch(/edited_message[^]*added_reaction/);
    expect(changed).not.toMatch(/standing|slow_mode_s/);
  });
});
