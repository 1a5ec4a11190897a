import type { LayerMessage } from '../channel-layer/channel-layer.js';
import { isWord, methodOf, SOURCE } from '../django-bridge/django-event.js';

/** What an event is made of: never what it says. */
export interface SeenEvent {
  type: string;
  /** Keys whose values were text, each time. */
  texts: string[];
  /** The other keys. */
  rest: string[];
  /** `message` was what can be said: text, or a number. */
  speaks: boolean;
}

/** Undefined for what a bridge of ours sent: it does not tell what Django's consumers read. */
export function seenEvent({ type, ...more }: LayerMessage): SeenEvent | undefined {
  if (more.source === SOURCE) return undefined;
  const keys = Object.keys(more);
  const isText = (key: string) => typeof more[key] === 'string';
  const speaks = isWord(more.message);
  return { type, texts: keys.filter(isText), rest: keys.filter((key) => !isText(key)), speaks };
}

/** A dot and an underscore are one, as for Django's consumers. */
export function noteEvent(events: SeenEvent[], event: SeenEvent): void {
  const same = events.find(({ type }) => methodOf(type) === methodOf(event.type));
  if (!same) return void events.push(structuredClone(event));
  same.rest = [...new Set([...same.rest, ...event.rest])];
  same.texts = [...new Set([...same.texts, ...event.texts])].filter((key) => !same.rest.includes(key));
  same.speaks ||= event.speaks;
}
