import { z } from 'zod';

/**
 * These requests need no `clientId`: they say how things should be, so repeating one stores nothing new. The answer
 * is then the `seq` since when it is so, with `dup`.
 */
export const Changed = z.object({ seq: z.int().nonnegative(), dup: z.literal(true).optional() }).meta({
  id: 'Changed',
  description:
    'It is so since the event `seq`. Repeating the request is harmless: where it is so already, nothing is stored, ' +
    '`seq` is that of the event that made it so, and `dup` is true.',
});
export type Changed = z.infer<typeof Changed>;
