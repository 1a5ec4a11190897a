import { describe, expect, it } from 'vitest';
import { messageId } from '../../src/log/message-id.js';

describe('A message id', () => {
  it('is a UUID of version 7 that tells its time', () => {
    const at = Date.UTC(2026, 1, 3, 4, 5, 6, 789);
    const id = messageId(at);
    expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(Number.parseInt(id.replaceAll('-', '').slice(0, 12), 16)).toBe(at);
  });

  it('sorts by time and is never the same twice', () => {
    const ids = Array.from({ length: 10_000 }, (_, index) => messageId(1_700_000_000_000 + index));
    expect(ids.toSorted()).toEqual(ids);
    expect(new Set(Array.from({ length: 10_000 }, () => messageId(0))).size).toBe(10_000);
  });
});
