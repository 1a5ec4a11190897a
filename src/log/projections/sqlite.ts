import type { DatabaseSync } from 'node:sqlite';
import type { SqliteProjections } from './projections.js';
import { memberProjections } from './sqlite.members.js';

export function sqliteProjections(sqlite: DatabaseSync): SqliteProjections {
  const edited = sqlite.prepare(
    'update event set text = ?, edited_at = ?, changed = ? where no = ? and deleted_at is null',
  );
  const deleted = sqlite.prepare(
    "update event set text = '', edited_at = null, deleted_at = ?, changed = ? where no = ? and deleted_at is null",
  );
  const unreacted = sqlite.prepare('delete from reaction where about = ?');
  const reaction = sqlite.prepare(
    'insert into reaction (about, actor_id, emoji, seq, gone) values (?, ?, ?, ?, ?) ' +
      'on conflict (about, actor_id, emoji) do update set seq = excluded.seq, gone = excluded.gone',
  );
  const members = memberProjections(sqlite);
  return {
    ...members,
    'message.created': () => undefined,
    'message.edited': ({ data }, about, seq, at) => {
      edited.run(data.text, at, seq, about);
    },
    'message.deleted': (_draft, about, seq, at) => {
      deleted.run(at, seq, about);
      unreacted.run(about);
    },
    'reaction.added': ({ actor, data }, about, seq) => {
      reaction.run(about, actor.id, data.emoji, seq, 0);
    },
    'reaction.removed': ({ actor, data }, about, seq) => {
      reaction.run(about, actor.id, data.emoji, seq, 1);
    },
  };
}
