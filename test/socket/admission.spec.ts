import { describe, expect, it } from 'vitest';
import type { Env } from '../../src/config/env.js';
import { Admission } from '../../src/socket/admission.js';
import { ConnectionRegistry } from '../../src/socket/connection.registry.js';
import { Overload } from '../../src/socket/overload.js';
import { envOf, outcome } from './requests.js';
import { connected } from './socket-double.js';

function house(given: Partial<Env> = {}) {
  const registry = new ConnectionRegistry();
  const env = envOf(given);
  const overload = new Overload(env, () => 0);
  return { registry, overload, admission: new Admission(registry, overload, env) };
}

describe('a server', () => {
  it('takes exactly as many as it may hold, and one more when one goes', () => {
    const { registry, admission } = house({ MAX_CONNECTIONS: 2 });
    const [one, two] = [connected().connection, connected().connection];
    registry.add(one);
    expect(outcome(() => admission.checkCapacity())).toBe('allowed');
    registry.add(two);
    expect(outcome(() => admission.checkCapacity())).toBe('busy');
    registry.remove(one);
    expect(outcome(() => admission.checkCapacity())).toBe('allowed');
  });

  it('takes nobody once its doors are shut, and says when to come back', () => {
    const { admission } = house();
    expect(admission.isShut).toBe(false);
    admission.shutDoors();
    expect(admission.isShut).toBe(true);
    expect(() => admission.checkCapacity()).toThrow(
      expect.objectContaining({ code: 'busy', retryAfterMs: 5_000 }),
    );
  });

  it('is full even with the limits switched off', () => {
    const { registry, admission } = house({ MAX_CONNECTIONS: 1, RATE_LIMIT: false });
    registry.add(connected().connection);
    expect(outcome(() => admission.checkCapacity())).toBe('busy');
  });
});

function comeAndGo(admission: Admission): void {
  admission.takeAddress('a');
  admission.leaveAddress('a');
}

describe('one address', () => {
  it('has its limit, which is its own, and a place is free again when its connection ends', () => {
    const { admission } = house({ MAX_CONNECTIONS_PER_ADDRESS: 2 });
    admission.takeAddress('a');
    admission.takeAddress('a');
    expect(outcome(() => admission.takeAddress('a'))).toBe('rate_limited');
    expect(outcome(() => admission.takeAddress('b'))).toBe('allowed');
    admission.leaveAddress('a');
    expect(outcome(() => admission.takeAddress('a'))).toBe('allowed');
    expect(outcome(() => admission.takeAddress('a'))).toBe('rate_limited');
  });

  it('is a whole network in IPv6, however many addresses of it are used', () => {
    const { admission } = house({ MAX_CONNECTIONS_PER_ADDRESS: 2 });
    admission.takeAddress('2001:db8:1:2::1');
    admission.takeAddress('2001:db8:1:2:aaaa::7');
    expect(outcome(() => admission.takeAddress('2001:db8:1:2:3:4:5:6'))).toBe('rate_limited');
    expect(outcome(() => admission.takeAddress('2001:db8:1:3::1'))).toBe('allowed');
    admission.leaveAddress('2001:db8:1:2:aaaa::7');
    expect(outcome(() => admission.takeAddress('2001:db8:1:2:3:4:5:6'))).toBe('allowed');
  });

  it('may not come and go without end: 1,000 at once, then 100 a second', () => {
    const { admission } = house({ MAX_CONNECTIONS_PER_ADDRESS: 10_000 });
    const outcomes = Array.from({ length: 1_200 }, () => outcome(() => comeAndGo(admission)));
    const taken = outcomes.filter((each) => each === 'allowed').length;
    expect(taken).toBeGreaterThanOrEqual(1_000);
    expect(taken).toBeLessThan(1_200);
  });

  it('has no limit where limits are off', () => {
    const { admission } = house({ MAX_CONNECTIONS_PER_ADDRESS: 1, RATE_LIMIT: false });
    for (let n = 0; n < 1_000; n++) expect(outcome(() => admission.takeAddress('a'))).toBe('allowed');
  });
});

describe('one person', () => {
  it('has a limit over all addresses, and the oldest connections stay', () => {
    const { registry, admission } = house({ MAX_CONNECTIONS_PER_USER: 1 });
    const { connection, socket } = connected();
    registry.add(connection);
    expect(outcome(() => admission.checkUser('ann'))).toBe('rate_limited');
    expect(outcome(() => admission.checkUser('bob'))).toBe('allowed');
    expect(socket.closings).toEqual([]);
    registry.remove(connection);
    expect(outcome(() => admission.checkUser('ann'))).toBe('allowed');
  });

  it('may not come and go without end: 20 at once, then one a second', () => {
    const { admission } = house();
    const outcomes = Array.from({ length: 25 }, () => outcome(() => admission.checkUser('ann')));
    expect(outcomes.slice(0, 20)).not.toContain('rate_limited');
    expect(outcomes.at(-1)).toBe('rate_limited');
  });
});

describe('whoever was looked up meanwhile', () => {
  it('is refused where others took the last place, or the doors were shut', () => {
    const { registry, admission } = house({ MAX_CONNECTIONS: 2, MAX_CONNECTIONS_PER_USER: 1 });
    expect(outcome(() => admission.confirm('ann'))).toBe('allowed');
    registry.add(connected().connection);
    expect(outcome(() => admission.confirm('ann'))).toBe('rate_limited');
    expect(outcome(() => admission.confirm('bob'))).toBe('allowed');
    registry.add(connected().connection);
    expect(outcome(() => admission.confirm('bob'))).toBe('busy');
    const closing = house().admission;
    closing.shutDoors();
    expect(outcome(() => closing.confirm('ann'))).toBe('busy');
  });
});
