/** Who wants to know is told, one after the other; what one of them throws reaches whoever announces. */
export class Announcements<T> {
  private readonly listeners = new Set<(news: T) => void | Promise<void>>();

  /** Returns how to stop. */
  listen(listener: (news: T) => void | Promise<void>): () => void {
    this.listeners.add(listener);
    return () => void this.listeners.delete(listener);
  }

  async tell(news: T): Promise<void> {
    for (const listener of this.listeners) await listener(news);
  }
}
