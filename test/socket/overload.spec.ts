import { describe, expect, it, vi } from 'vitest';
import { measuredMemoryUse } from '../../src/socket/memory-use.js';
import { openFilesLimit } from '../../src/socket/open-files.js';
import { Overload } from '../../src/socket/overload.js';
import { startChat } from '../../src/testing/index.js';
import { handshake, handshakeStatus, RawSocket } from '../support/raw-socket.js';
import { envOf, outcome } from './requests.js';

function probed(memoryUse = () => 0) {
  const overload = new Overload(envOf(), memoryUse);
  for (let now = 0; now <= 1_000; now += 100) overload.probe(now);
  return overload;
}

describe('a server whose event loop stands still', () => {
  it('takes nobody while it is more than half a second late, and everybody again after one round in time', () => {
    const overload = probed();
    overload.probe(1_600);
    expect(outcome(() => overload.check(1_600))).toBe('allowed');
    overload.probe(2_201);
    expect(outcome(() => overload.check(2_201))).toBe('busy');
    expect(outcome(() => overload.check(2_300))).toBe('busy');
    overload.probe(2_301);
    expect(outcome(() => overload.check(2_301))).toBe('allowed');
  });

  it('knows it of itself before its own clock was looked at', () => {
    const overload = probed();
    expect(outcome(() => overload.check(1_600))).toBe('allowed');
    expect(outcome(() => overload.check(1_601))).toBe('busy');
  });

  it('says when to come back: each at another moment, within a few seconds', () => {
    const overload = probed();
    const waits = Array.from({ length: 50 }, () => {
      try {
        overload.check(9_000);
        return 0;
      } catch (error) {
        return (error as { retryAfterMs: number }).retryAfterMs;
      }
    });
    expect(Math.min(...waits)).toBeGreaterThanOrEqual(1_000);
    expect(Math.max(...waits)).toBeLessThanOrEqual(3_000);
    expect(new Set(waits).size).toBeGreaterThan(10);
  });

  it('is not late before it has begun', () => {
    const overload = new Overload(envOf(), () => 0);
    expect(outcome(() => overload.check(1e9))).toBe('allowed');
  });

  it('answers handshakes that waited for it with 503 and Retry-After, and keeps who is in', async () => {
    await using chat = await startChat({ env: { MAX_LOOP_LAG_MS: 300 } });
    // Where it has just started, it may be late itself.
    const ann = await vi.waitFor(() => chat.connect('Ann'), { timeout: 30_000 });
    using waiting = await RawSocket.open(chat.url);
    waiting.write(handshake(chat.url, '/ws/chat/'));
    for (const end = performance.now() + 700; performance.now() < end;);
    const head = await waiting.head();
    expect(head).toMatch(/^HTTP\/1\.1 503 /);
    expect(head).toMatch(/retry-after: [1-3]$/im);
    await ann.request('pong', {});
    await expect.poll(() => handshakeStatus(chat.url, '/ws/chat/')).toBe(101);
  });
});

describe('a server that has little memory left', () => {
  it('takes nobody until some was given back', () => {
    let use = 0.84;
    const overload = probed(() => use);
    expect(outcome(() => overload.check(1_000))).toBe('allowed');
    use = 0.86;
    for (let now = 1_100; now <= 2_100; now += 100) overload.probe(now);
    expect(outcome(() => overload.check(2_100))).toBe('busy');
    use = 0.5;
    for (let now = 2_200; now <= 3_200; now += 100) overload.probe(now);
    expect(outcome(() => overload.check(3_200))).toBe('allowed');
  });

  it('knows how much it holds of what it may: a tenth of the heap is ten times as much of a tenth', () => {
    const [roomy, tight] = [
      measuredMemoryUse('--max-old-space-size=10000'),
      measuredMemoryUse('--max_old_space_size 1000'),
    ];
    expect(roomy()).toBeGreaterThan(0);
    expect(tight() / roomy()).toBeCloseTo(10, 0);
  });
});

describe('the number of files a process may open', () => {
  it('is known, so that connections end below it', () => {
    expect(openFilesLimit()).toBeGreaterThan(64);
  });
});
