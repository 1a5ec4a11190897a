import { describe, expect, it, onTestFinished } from 'vitest';
import { GroupCommit, later, MAX_BATCH, MAX_WAITING } from '../../src/log/group-commit.js';

/** A store that commits when it is told to, and remembers the batches. */
class Store {
  readonly batches: number[][] = [];
  private readonly open: { finish: () => void; fail: (error: Error) => void }[] = [];
  private readonly asked: (() => void)[] = [];

  readonly commit = (batch: number[]) => {
    this.batches.push(batch);
    this.asked.shift()?.();
    return new Promise<{ result: number }[]>((resolve, fail) => {
      this.open.push({ finish: () => resolve(batch.map((result) => ({ result }))), fail });
    });
  };

  begun(): Promise<void> {
    return new Promise((resolve) => this.asked.push(resolve));
  }

  finish(): void {
    this.open.shift()!.finish();
  }

  /** The oldest that is under way. */
  fail(error: Error): void {
    this.open.shift()!.fail(error);
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

  describe('where the store takes turns with the event loop', () => {
    const many = MAX_BATCH + 100;
    const takingTurns = (store: Store) => new GroupCommit(store.commit, undefined, undefined, false);

    it('stores all that waits, in more than one transaction, before anybody is told', async () => {
      const store = new Store();
      const commits = takingTurns(store);
      const first = store.begun();
      const told: number[] = [];
      const all = numbers(many).map((number) => commits.append(number).then(() => told.push(number)));
      await first;
      const second = store.begun();
      store.finish();
      await second;
      expect(told).toEqual([]);
      store.finish();
      await Promise.all(all);
      expect(told).toEqual(numbers(many));
      expect(store.batches.map(({ length }) => length)).toEqual([MAX_BATCH, 100]);
    });

    it('tells each what became of it, where only one of the transactions fails', async () => {
      const store = new Store();
      const commits = takingTurns(store);
      const first = store.begun();
      const all = Promise.allSettled(numbers(many).map((number) => commits.append(number)));
      await first;
      const second = store.begun();
      store.fail(new Error('the disk is full'));
      await second;
      store.finish();
      const outcomes = (await all).map((outcome) => outcome.status);
      expect(outcomes.slice(0, MAX_BATCH)).toEqual(Array(MAX_BATCH).fill('rejected'));
      expect(outcomes.slice(MAX_BATCH)).toEqual(Array(100).fill('fulfilled'));
    });

    it('loses no failure of what goes on by itself while others are stored', async () => {
      const rejections: unknown[] = [];
      const onRejection = (reason: unknown) => rejections.push(reason);
      process.on('unhandledRejection', onRejection);
      onTestFinished(() => void process.off('unhandledRejection', onRejection));
      let batches = 0;
      const commit = async (batch: number[]) => {
        if (++batches > 1) await new Promise((resolve) => setImmediate(resolve));
        const gone = () => Promise.reject<number>(new Error('it is gone'));
        return batch.map((result) => (result === 0 ? later(gone()) : { result }));
      };
      const commits = new GroupCommit(commit, undefined, undefined, false);
      const [first, ...others] = numbers(many).map((number) => commits.append(number));
      await expect(first).rejects.toThrow('it is gone');
      await Promise.all(others);
      expect(rejections).toEqual([]);
      expect(batches).toBe(2);
    });

    it('leaves what comes meanwhile to the next time', async () => {
      const store = new Store();
      const commits = takingTurns(store);
      const first = store.begun();
      const told: number[] = [];
      const append = (number: number) => commits.append(number).then(() => told.push(number));
      const all = [append(0)];
      await first;
      const second = store.begun();
      all.push(append(1));
      store.finish();
      await second;
      expect(told).toEqual([0]);
      store.finish();
      await Promise.all(all);
    });
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
