import { Injectable } from '@nestjs/common';

/**
 * Numbers the events of all gateways, so that a connection keeps its handlers in a plain array instead of a map of
 * its own. Filled by the adapter from what Nest binds; a name that is taken twice fails at start, in `EventCatalogue`.
 */
@Injectable()
export class EventIndex {
  private readonly indices = new Map<string, number>();

  indexOf(event: string): number | undefined {
    return this.indices.get(event);
  }

  add(event: string): number {
    const known = this.indices.get(event);
    if (known !== undefined) return known;
    this.indices.set(event, this.indices.size);
    return this.indices.size - 1;
  }
}
