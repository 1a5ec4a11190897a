import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';

/** What runs inside Redis: `scripts/<name>.lua`. */
export type ScriptName =
  | 'send'
  | 'group-members'
  | 'group-send'
  | 'join-groups'
  | 'renew-members'
  | 'leave-group'
  | 'renew-lease'
  | 'clear-process'
  | 'tell-missed'
  | 'wake'
  | 'put-back'
  | 'scan-keys';

const folder = join(import.meta.dirname, 'scripts');

/** Their texts, and the names under which Redis knows them once they are loaded. */
export const scripts: ReadonlyMap<ScriptName, { text: string; sha: string }> = new Map(
  readdirSync(folder)
    .filter((file) => file.endsWith('.lua'))
    .map((file) => {
      const text = readFileSync(join(folder, file), 'utf8');
      return [
        basename(file, '.lua') as ScriptName,
        { text, sha: createHash('sha1').update(text).digest('hex') },
      ];
    }),
);
