import { describe, expect, it } from 'vitest';
import { KnownDevices } from '../../src/auth/known-device.js';
import { SignInGuard } from '../../src/auth/sign-in.guard.js';

function guarded() {
  let now = 1;
  const guard = new SignInGuard(true, () => now);
  const attempt = (name: string, address: string, device?: string) => {
    try {
      guard.begin(name, address, device);
      return 0;
    } catch (error) {
      return (error as { retryAfterMs: number }).retryAfterMs;
    }
  };
  return { guard, attempt, pass: (ms: number) => (now += ms) };
}

describe('whoever guesses a password', () => {
  it('waits after five, twice as long each time, and never longer than a quarter of an hour', () => {
    const { attempt, pass } = guarded();
    for (let n = 0; n < 5; n++) expect(attempt('ann', '10.0.0.1')).toBe(0);
    const waits: number[] = [];
    for (let n = 0; n < 12; n++) {
      const wait = attempt('ann', '10.0.0.1');
      waits.push(wait);
      pass(wait);
      expect(attempt('ann', '10.0.0.1')).toBe(0);
    }
    expect(waits).toEqual([1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900].map((seconds) => seconds * 1000));
  });

  it('gains nothing by asking many times at once', () => {
    const { attempt } = guarded();
    const allowed = Array.from({ length: 100 }, () => attempt('ann', '10.0.0.1')).filter(
      (wait) => wait === 0,
    );
    expect(allowed).toHaveLength(5);
  });

  it('gains a hundred an hour for one name by many addresses', () => {
    const { attempt, pass } = guarded();
    const from = (n: number) => attempt('ann', `10.0.${n >> 8}.${n & 255}`);
    const allowed = Array.from({ length: 400 }, (_, n) => from(n)).filter((wait) => wait === 0);
    expect(allowed).toHaveLength(100);
    pass(3_600_001);
    expect(from(1)).toBe(0);
  });

  it('gains two hundred an hour from one address by many names, and from one IPv6 network', () => {
    for (const address of [() => '10.0.0.1', (n: number) => `2001:db8:1:2::${n.toString(16)}`]) {
      const { attempt } = guarded();
      const allowed = Array.from({ length: 1_000 }, (_, n) => attempt(`name ${n}`, address(n)));
      expect(allowed.filter((wait) => wait === 0)).toHaveLength(200);
    }
  });

  it('does not keep out who knows it and signed in from this browser before', () => {
    const { guard, attempt } = guarded();
    for (let n = 0; n < 300; n++) attempt('ann', `10.0.${n >> 8}.${n & 255}`);
    expect(attempt('ann', '10.0.0.1')).toBeGreaterThan(0);
    guard.begin('ann', '10.0.0.1', 'her browser').succeeded();
    for (let n = 0; n < 5; n++) expect(attempt('ann', '10.0.0.1', 'her browser')).toBe(0);
    expect(attempt('ann', '10.0.0.1', 'her browser')).toBeGreaterThan(0);
  });

  it('starts anew after a right one, and is not charged for what we could not judge', () => {
    const { guard, attempt } = guarded();
    for (let n = 0; n < 4; n++) attempt('ann', '10.0.0.1');
    guard.begin('ann', '10.0.0.1').succeeded();
    for (let n = 0; n < 4; n++) attempt('ann', '10.0.0.1');
    for (let n = 0; n < 10; n++) guard.begin('ann', '10.0.0.1').withdraw();
    expect(attempt('ann', '10.0.0.1')).toBe(0);
    expect(attempt('ann', '10.0.0.1')).toBeGreaterThan(0);
  });
});

describe('the cookie of a known browser', () => {
  it('is worth something for the name that it was issued for, and cannot be made up', () => {
    const devices = new KnownDevices('a secret');
    const cookie = devices.issue('ann');
    expect(devices.read(cookie, 'ann')).toEqual(expect.any(String));
    for (const [value, name] of [
      [cookie, 'bob'],
      [`${cookie.slice(0, -1)}${cookie.endsWith('A') ? 'B' : 'A'}`, 'ann'],
      ['', 'ann'],
      [new KnownDevices('another').issue('ann'), 'ann'],
    ] as const)
      expect(devices.read(value, name)).toBeUndefined();
  });
});
