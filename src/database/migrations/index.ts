import type { Migration } from 'kysely/migration';
import type { Dialect } from '../database.contract.js';
import { rooms } from './0001_rooms.js';
import { accounts } from './0002_accounts.js';
import { signIn } from './0003_sign_in.js';
import { membership } from './0004_membership.js';
import { audit } from './0005_audit.js';
import { attempts } from './0006_attempts.js';
import { pace } from './0007_pace.js';
import { safeguards } from './0008_safeguards.js';
import { guestNames } from './0009_guest_names.js';
import { words } from './0010_words.js';
import { inviteUses } from './0011_invite_uses.js';

/**
 * In the order they run. A name once released is never changed or removed: databases remember it.
 */
export function migrations(dialect: Dialect): Record<string, Migration> {
  return {
    '0001_rooms': rooms(dialect),
    '0002_accounts': accounts(dialect),
    '0003_sign_in': signIn(dialect),
    '0004_membership': membership(dialect),
    '0005_audit': audit(dialect),
    '0006_attempts': attempts(dialect),
    '0007_pace': pace(dialect),
    '0008_safeguards': safeguards(dialect),
    '0009_guest_names': guestNames,
    '0010_words': words(dialect),
    '0011_invite_uses': inviteUses,
  };
}
