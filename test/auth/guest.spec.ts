import { describe, expect, it } from 'vitest';
import { guestName } from '../../src/auth/guest-name.js';
import { freshGuest } from '../../src/auth/socket-guest.js';
import { personName } from '../../src/protocol/index.js';

describe("a guest's name", () => {
  it('is two words and a number, and one that a person could have chosen', () => {
    // Every adjective and every animal comes up once.
    for (let n = 0; n < 48; n += 1) {
      const name = guestName((below) => n % below);
      expect(name).toMatch(/^[A-Z][a-z]+ [A-Z][a-z]+ [1-9]\d\d$/);
      expect(personName(name)).toBe(name);
    }
  });

  it('differs between most guests', () => {
    const names = new Set(Array.from({ length: 200 }, () => guestName()));
    expect(names.size).toBeGreaterThan(190);
  });
});

describe('a guest who lives as long as the connection', () => {
  it('is somebody new every time', () => {
    const [one, other] = [freshGuest(), freshGuest()];
    expect(one.user).toEqual({ id: expect.any(String), name: expect.any(String), guest: true });
    expect(one.user.id).not.toBe(other.user.id);
    expect(one.sessionId).not.toBe(other.sessionId);
    expect(one.cookies).toBeUndefined();
  });
});
