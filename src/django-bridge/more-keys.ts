import { copyMessage, type LayerMessage, type LayerValue } from '../index.js';

/** They say what the event is, and that it is ours: nothing takes their place. */
const FIXED = new Set(['type', 'room', 'source']);

/**
 * The event, with what a team's consumers read besides. Whatever `more` does, an event comes of it: a key that Django
 * cannot be sent is left out, and told.
 */
export function withMoreKeys(
  event: LayerMessage,
  more: (event: LayerMessage) => { [key: string]: LayerValue },
  warn: (sentence: string) => void,
): LayerMessage {
  const whole = { ...event };
  try {
    for (const [key, value] of Object.entries(more({ ...event })))
      try {
        Object.assign(whole, sendable(key, value));
      } catch (error) {
        warn(`Django does not get the key ${JSON.stringify(key)} of an event: ${String(error)}`);
      }
  } catch (error) {
    warn(`Django does not get more keys of an event: ${String(error)}`);
  }
  return whole;
}

/** A copy: the event may wait, and what it was made of may change. */
function sendable(key: string, value: LayerValue): { [key: string]: LayerValue } {
  if (FIXED.has(key)) throw new TypeError('it is not to be replaced');
  const { type: _type, ...copy } = copyMessage({ type: '', [key]: value });
  if (hasBytes(copy))
    throw new TypeError('bytes are not for every serializer, and no consumer could write them as JSON');
  return copy;
}

const hasBytes = (value: LayerValue): boolean =>
  value instanceof Uint8Array ||
  (typeof value === 'object' && value !== null && Object.values(value).some(hasBytes));
