import type { LayerMessage } from './channel-layer.js';

/** Beside the message, not in it: what is sent on is what was received. */
const ids = new WeakMap<LayerMessage, string | (() => string)>();

/**
 * Of a message that came to a group, on a channel that was made with `identified`: the same for every process that
 * received this message there, and no other message of this group has it. `undefined` where that cannot be said.
 * @publicApi
 */
export function messageIdOf(message: LayerMessage): string | undefined {
  const id = ids.get(message);
  if (typeof id !== 'function') return id;
  const made = id();
  ids.set(message, made);
  return made;
}

/**
 * For those who implement a `ChannelLayer`. A function is called when somebody asks.
 * @publicApi
 */
export function identifyMessage(
  message: LayerMessage,
  id: string | (() => string) | undefined,
): LayerMessage {
  if (id !== undefined) ids.set(message, id);
  return message;
}
