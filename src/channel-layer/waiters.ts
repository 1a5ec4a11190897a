/** How long a call waits for a Redis that looks healthy before it goes on without it. */
export const patienceMs = 1000;

/** Those who wait for one thing to become true, each no longer than a second. */
export class Waiters {
  private readonly waiting = new Set<() => void>();

  wait(): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        this.waiting.delete(done);
        resolve();
      };
      const timer = setTimeout(done, patienceMs);
      this.waiting.add(done);
    });
  }

  release(): void {
    for (const done of this.waiting) done();
  }
}

/** Resolves when the work has settled, or a second has passed; what it throws is its own affair. */
export async function patiently(work: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => (timer = setTimeout(resolve, patienceMs)));
  await Promise.race([late, work.then(ignore, ignore)]);
  clearTimeout(timer);
}

const ignore = () => undefined;
