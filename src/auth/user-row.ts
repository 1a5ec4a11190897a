import type { Flag } from '../database/auth.tables.js';
import type { User } from '../protocol/index.js';

interface UserRow {
  id: string;
  name: string;
  isAnonymous?: Flag | null;
  image?: string | null;
  status?: string | null;
}

/** What others may know. The row has an address and more: nobody else's business. */
export function userOf({ id, name, isAnonymous, image, status }: UserRow): User {
  return {
    id,
    name,
    ...(isAnonymous && { guest: true }),
    ...(image && { picture: image }),
    ...(status && { status }),
  };
}
