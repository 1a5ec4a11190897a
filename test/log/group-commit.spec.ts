import { describe, expect, it } from 'vitest';
import { GroupCommit, MAX_BATCH, MAX_WAITING } from '../../src/log/group-commit.js';

/** A store that commits when it is told to, and remembers the batches. */
class Store {
  readonly batches: number[][] = [];
  private readonly open: (() => void)[] = [];
  private readonly asked: (() => void)[] = [];

  readonly commit = (batch: number[]) => {
    this.batches.push(batch);
    this.asked.shift()?.();
    return new Promise<{ result: number }[]>((resolve) => {
      this.open.push(() => resolve(batch.map((result) => ({ result }))));
    });
  };

  begun(): Promise<void> {
    return new Promise((resolve) => this.asked.push(resolve));
  }

  finish(): void {
    this.open.shift()!();
  }
}

const numbers = (count: number, from = 0) => Array.from({ length: count }, (_, index) => from + index);

describe('Group commit', () => {
  it.each([true, false])(
    'takes what gathered while another transaction ran, in order (store works beside: %s)',
    async (beside) => {
      const store = new Store();
      const commits = new GroupCommit(store.commit, undefined, undefined, beside);
      const first = store.begun();
      const acknowledged: number[] = [];
      const append = (number: number) => commits.append(number).then((result) => acknowledged.push(result));
      const all = [append(0)];
      await first;
      const second = store.begun();
      all.push(...numbers(100, 1).map(append));
      store.finish();
      await second;
      store.finish();
      await Promise.all(all);
      expect(store.batches).toEqual([[0], numbers(100, 1)]);
      expect(acknowledged).toEqual(numbers(101));
    },
  );

  it('takes so many at a time, and keeps a store that works beside it busy', async () => {
    const store = new Store();
    const commits = new GroupCommit(store.commit);
    const first = store.begun();
    const all = numbers(MAX_BATCH + 100).map((number) => commits.append(number));
    await first;
    const second = store.begun();
    let turns = 0;
    const count = () => {
      turns++;
      counting = setImmediate(count);
    };
    let counting = setImmediate(count);
    store.finish();
    await second;
    clearImmediate(counting);
    expect(turns).toBeLessThan(2);
    store.finish();
    expect(await Promise.all(all)).toEqual(numbers(MAX_BATCH + 100));
    expect(store.batches.map(({ length }) => length)).toEqual([MAX_BATCH, 100]);
  });

  it('refuses what is too much to wait, and stores none of it', async () => {
    const store = new Store();
    const commits = new GroupCommit(store.commit);
    const kept = numbers(MAX_WAITING).map((number) => commits.append(number));
    await expect(commits.append(-1)).rejects.toMatchObject({
      code: 'busy',
      retryAfterMs: expect.any(Number),
    });
    for (let stored = 0; stored < MAX_WAITING; stored += MAX_BATCH) {
      await store.begun();
      store.finish();
    }
    await Promise.all(kept);
    expect(store.batches.flat()).toEqual(numbers(MAX_WAITING));
  });
});
