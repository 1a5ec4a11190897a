import type { Env } from '../config/env.js';

export const CHAT_OPTIONS = Symbol('chat options');

/** Values; classes are extras. */
export interface ChatModuleOptions {
  /** What is not given has the default of the environment variable of that name. */
  env?: Partial<Env>;
  /** Folders with an `index.js` that exports `views`; the first that has a view wins, ours come last. */
  views?: string[];
}
