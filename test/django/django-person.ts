import { setTimeout as pause } from 'node:timers/promises';
import { openPage } from '../support/django.js';

type Page = Awaited<ReturnType<typeof openPage>>;

/** Somebody with a page of Django's, which is loaded anew whenever its socket is closed. */
export class DjangoPerson {
  /** Of all pages, one after another. */
  readonly heard: string[] = [];
  /** How many it has had. */
  pages = 0;
  private page?: Page;
  private closed = false;
  private readonly present: Promise<void>;

  constructor(private readonly url: string) {
    this.present = this.stay();
  }

  /** Nobody answers in Django: whether it was heard stands in what others heard. */
  say(text: string): void {
    if (this.page?.isOpen) this.page.say(text);
  }

  async close(): Promise<void> {
    this.closed = true;
    this.page?.[Symbol.dispose]();
    await this.present;
  }

  private async stay(): Promise<void> {
    while (!this.closed) {
      try {
        this.page = await openPage(this.url);
        this.pages++;
        this.page.onText((text) => this.heard.push(text));
        await this.page.closed;
      } catch {
        // Refused: its consumer could not join.
      }
      await pause(100);
    }
  }
}
