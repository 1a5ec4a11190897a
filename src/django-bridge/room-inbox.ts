/** What Django said in a room and nobody is known to have stored. */
export interface Heard<Word> {
  /** The same on every process: by it the log knows a repeat. */
  clientId: string;
  word: Word;
}

export interface RoomInboxOptions<Word> {
  /** Resolves when it is stored, or will never be; rejects where it should be tried again. */
  store(heard: Heard<Word>): Promise<void>;
  /** Whether storing is this process' task: what is behind a gap may be not. Asked again and again. */
  leads(isBehindGap: boolean): boolean;
  /** Whether another process has told that it is stored. */
  isKept(clientId: string): boolean;
}

/** A word that came behind a gap stays so, also when another gap comes behind it. */
interface Waiting<Word> extends Heard<Word> {
  at: number;
  isBehindGap: boolean;
}

/** Longer than somebody else needs who is alive and well, and one who is not to be noticed. */
export const HOLD_MS = 2_000;
/** After a gap: longer than others, without one, need to store all that they heard. */
export const HOLD_AFTER_GAP_MS = 10_000;
const LOOK_MS = 50;
const RETRY_MS = { least: 100, most: 2_000 };
const MOST_WAITING = 10_000;

/**
 * One room's words in the order of the group, which is the same for all processes. Each of them stores in this order
 * and leaves out only what is stored already, so whoever is first with any one, all before it are stored: several may
 * store at once, and take over from each other at any moment. That holds for who has heard everything: who may have a
 * gap leaves what is behind it to the others, and stores it only where nobody else does.
 */
export class RoomInbox<Word> {
  /** How many found no room. */
  dropped = 0;
  private readonly waiting: Waiting<Word>[] = [];
  private working?: Promise<void>;
  private timer?: NodeJS.Timeout;
  private stopped = false;
  private gapAt = Number.NEGATIVE_INFINITY;

  constructor(private readonly options: RoomInboxOptions<Word>) {}

  get size(): number {
    return this.waiting.length;
  }

  offer(heard: Heard<Word>): void {
    if (this.stopped) return;
    if (this.waiting.length >= MOST_WAITING) {
      this.dropped++;
      return this.gap();
    }
    const at = performance.now();
    this.waiting.push({ ...heard, at, isBehindGap: at < this.gapAt + HOLD_AFTER_GAP_MS });
    this.goOn();
  }

  /** Something may be missing between what was offered and what will be. */
  gap(): void {
    this.gapAt = performance.now();
  }

  /** Resolves when what was offered before any gap is done with. */
  async beforeGap(): Promise<void> {
    while (this.waiting[0] && !this.waiting[0].isBehindGap) await this.nextLook();
  }

  /** Takes nothing more, and resolves when all that was taken is stored; or when that takes too long. */
  async finish(withinMs: number): Promise<void> {
    this.stopped = true;
    let timer: NodeJS.Timeout | undefined;
    let isLate = false;
    const late = new Promise<void>((resolve) => (timer = setTimeout(resolve, withinMs))).then(() => {
      isLate = true;
    });
    while (this.waiting.length > 0 && !isLate) {
      this.goOn();
      await Promise.race([late, this.working]);
    }
    clearTimeout(timer);
    clearTimeout(this.timer);
    this.waiting.length = 0;
  }

  private goOn(): void {
    clearTimeout(this.timer);
    this.working ??= this.work().finally(() => {
      this.working = undefined;
      if (this.waiting.length > 0) this.timer = setTimeout(() => this.goOn(), LOOK_MS);
    });
  }

  private async work(): Promise<void> {
    for (let head = this.waiting[0]; head && this.isMine(head); head = this.waiting[0]) {
      if (!(await this.storeForSure(head))) return;
      this.waiting.shift();
    }
  }

  private isMine({ clientId, at, isBehindGap }: Waiting<Word>): boolean {
    const holdMs = isBehindGap ? HOLD_AFTER_GAP_MS : HOLD_MS;
    const isOverdue = this.stopped || performance.now() - at > holdMs;
    return isOverdue || this.options.isKept(clientId) || this.options.leads(isBehindGap);
  }

  private async nextLook(): Promise<void> {
    await (this.working ?? new Promise((resolve) => setTimeout(resolve, LOOK_MS)));
  }

  /**
   * False where others should try first: while the database is away nobody stores, so that time is no part of what a word
   * behind a gap is held. Who has no gap tries again well within it.
   */
  private async storeForSure(heard: Waiting<Word>): Promise<boolean> {
    for (
      let pause = RETRY_MS.least;
      !this.options.isKept(heard.clientId);
      pause = Math.min(pause * 2, RETRY_MS.most)
    )
      try {
        await this.options.store(heard);
        return true;
      } catch {
        if (this.waiting.length === 0) return false;
        heard.at = performance.now();
        await new Promise((resolve) => setTimeout(resolve, pause));
        if (heard.isBehindGap && !this.isMine(heard)) return false;
      }
    return true;
  }
}
