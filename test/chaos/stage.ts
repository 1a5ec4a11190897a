import { startPostgres, type TestPostgres } from '../support/postgres.js';
import { Edition, type Patch } from './edition.js';

/** How long and how hard: `short` is for every test run, `full` is what the tables of the design ask for. */
export interface Scale {
  name: 'short' | 'normal' | 'full';
  clients: number;
  rooms: number;
  perSecond: number;
  /** Of traffic before the fault, and after it. */
  calmMs: number;
  /** By which the durations and counts of a fault are multiplied. */
  times: number;
}

export const scales: Record<Scale['name'], Scale> = {
  short: { name: 'short', clients: 12, rooms: 4, perSecond: 50, calmMs: 700, times: 0.2 },
  normal: { name: 'normal', clients: 50, rooms: 10, perSecond: 100, calmMs: 3_000, times: 0.5 },
  full: { name: 'full', clients: 150, rooms: 10, perSecond: 100, calmMs: 30_000, times: 1 },
};

/** What the faults of one run share: the build, one PostgreSQL for all who do not break it, seed and scale. */
export class Stage implements AsyncDisposable {
  private postgres?: Promise<TestPostgres>;

  private constructor(
    readonly edition: Edition,
    readonly seed: number,
    readonly scale: Scale,
    /** Of the soak. */
    readonly minutes: number,
  ) {}

  static async open(
    seed: number,
    scale: Scale,
    patches: readonly Patch[] = [],
    minutes = 60,
  ): Promise<Stage> {
    return new Stage(await Edition.make(patches), seed, scale, minutes);
  }

  sharedPostgres(): Promise<TestPostgres> {
    return (this.postgres ??= startPostgres());
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await (await this.postgres)?.[Symbol.asyncDispose]();
    await this.edition[Symbol.asyncDispose]();
  }
}
