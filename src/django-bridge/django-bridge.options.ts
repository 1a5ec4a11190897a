import type { LayerMessage, LayerValue, Message, User } from '../index.js';

export const DJANGO_BRIDGE_OPTIONS = Symbol('Django bridge options');

export interface DjangoBridgeOptions {
  /** All public rooms, or those of these names. Private ones never. */
  rooms: 'all' | readonly string[];
  /**
   * Types of the events that carry what people say in Django, `chat.message` where not given. A dot and an underscore
   * are one, as for Django's consumers. The first is the type that we send: every consumer needs a method for it.
   */
  eventTypes?: readonly string[];
  /**
   * Who is shown as the author. Called on every process, and must tell each of them the same of the same event: a
   * message is stored once for each author. Where not given, and where it throws, all of Django is one person,
   * {@link djangoUser}.
   */
  author?: (event: LayerMessage) => User;
  /**
   * Keys that Django's consumers read, and the events that we send would not have: a consumer ends on one that it misses.
   * They may take the place of ours, except of `type`, `room` and `source`. What cannot be sent is left out: what JSON
   * could not carry, and all of it where this throws.
   */
  moreKeys?: (message: Message, event: LayerMessage) => { [key: string]: LayerValue };
}

/** No name that people may choose has brackets, so nobody can pass for it. */
export const djangoUser: User = { id: 'django-bridge', name: 'Django (bridge)' };
