import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { HOLD_AFTER_GAP_MS, HOLD_MS } from '../../src/django-bridge/room-inbox.js';
import { Django } from '../support/bridged.js';
import { type Hearer, houseOf } from './heard-rooms.house.js';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);

/** Two processes that listen to the lobby, of which the first leads. */
async function two() {
  const house = houseOf();
  const django = await Django.in(house.bus, 'lobby');
  const [first, second] = [await house.settled(), await house.settled()];
  expect([first, second].map(({ peers }) => peers.leads)).toEqual([true, false]);
  const say = async (word: string) => {
    await django.say('lobby', word);
    await pass(20);
  };
  const isStored = (count: number) => {
    const enough = async () => {
      for (let looks = 0; house.log.length < count && looks < 600; looks++) await pass(50);
      return house.log;
    };
    return enough();
  };
  return { ...house, first, second, say, isStored };
}

const setAway = (away: boolean, ...hearers: Hearer[]) => {
  for (const hearer of hearers) hearer.away = away;
};

/** Neither has a database, `0` waits on both, and the first is cut off for longer than anything is held: of `1`. */
async function firstMissesOne({ first, second, say }: Awaited<ReturnType<typeof two>>): Promise<void> {
  setAway(true, first, second);
  await say('0');
  first.layer.cut();
  await pass(HOLD_AFTER_GAP_MS + 500);
  await say('1');
  first.layer.restore();
}

describe('what Django said, on processes of which some have missed a part of it', () => {
  it('is in order after a second gap, while what was before the first still waits for the database', async () => {
    const place = await two();
    await firstMissesOne(place);
    const { first, second, say, isStored } = place;
    await say('2');
    first.away = false;
    await pass(2_100);
    second.away = false;
    expect(await isStored(3)).toEqual(['0', '1', '2']);
  });

  it('is held after a second gap as long as after a first, though the first is known to all by then', async () => {
    const place = await two();
    await firstMissesOne(place);
    const { first, second, say, isStored } = place;
    first.away = false;
    await isStored(1);
    await pass(100);
    await say('2');
    await pass(HOLD_MS + 2_000);
    second.away = false;
    expect(await isStored(3)).toEqual(['0', '1', '2']);
  });

  it('is in order where a process hears again before it knows that it is connected, however late', async () => {
    const { first, second, say, isStored } = await two();
    first.layer.cut();
    second.layer.cut();
    await pass(HOLD_AFTER_GAP_MS + 500);
    second.layer.restore();
    await say('1');
    first.layer.isCut = false;
    await say('2');
    first.layer.becomeReady();
    expect(await isStored(2)).toEqual(['1', '2']);
  });

  it('is in order where a process hears before it has heard who else is there', async () => {
    const house = houseOf();
    const django = await Django.in(house.bus, 'lobby');
    const first = await house.settled();
    first.ms = 100;
    const second = house.make();
    // The rest of its start takes so long.
    await pass(1_250);
    await django.say('lobby', '1');
    await house.start(second);
    await django.say('lobby', '2');
    await pass(5_000);
    expect(house.log).toEqual(['1', '2']);
  });
});

describe('a process that has missed something', () => {
  it('is the last, also where its clock is behind', async () => {
    const { first, second } = await two();
    vi.setSystemTime(Date.now() - 60_000);
    first.peers.standBack();
    await pass(1_500);
    expect([first, second].map(({ peers }) => peers.leads)).toEqual([false, true]);
  });
});
