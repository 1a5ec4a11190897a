import type { Room } from '../log/room-log.js';
import type { Access } from '../log/room-members.js';
import type { User } from '../protocol/index.js';

/** What a person is to a room at this moment. */
export const standings = ['owner', 'moderator', 'member', 'former', 'stranger', 'guest', 'banned'] as const;
export type Standing = (typeof standings)[number];
export type Verdict = 'allow' | 'forbidden' | 'not_found';

const A = 'allow';
const F = 'forbidden';
const N = 'not_found';
type Row = readonly [
  owner: Verdict,
  moderator: Verdict,
  member: Verdict,
  former: Verdict,
  stranger: Verdict,
  guest: Verdict,
  banned: Verdict,
];

/** Direct conversations: the same people for ever, all of them alike, and nobody's to rule. */
const OURS: Row = [A, A, A, N, N, N, N];
const NOBODYS: Row = [F, F, F, N, N, N, N];

/**
 * Who may do what. In a public room everybody speaks, and roles rule; a private room is not there for whoever is no
 * member. Columns: owner, moderator, member, former member, stranger, guest, banned. Who is not signed in at all is
 * `unauthenticated` before anybody looks here, or a guest.
 */
// prettier-ignore
export const rules = {
  /*                     public                           private                          direct */
  read:        { public: [A, A, A, A, A, A, F], private: [A, A, A, N, N, N, N], direct: OURS },
  send:        { public: [A, A, A, A, A, A, F], private: [A, A, A, N, N, N, N], direct: OURS },
  react:       { public: [A, A, A, A, A, A, F], private: [A, A, A, N, N, N, N], direct: OURS },
  edit:        { public: [A, A, A, A, A, A, F], private: [A, A, A, N, N, N, N], direct: OURS },
  delete:      { public: [A, A, A, A, A, A, F], private: [A, A, A, N, N, N, N], direct: OURS },
  deleteOther: { public: [A, A, F, F, F, F, F], private: [A, A, F, N, N, N, N], direct: NOBODYS },
  join:        { public: [A, A, A, A, A, F, F], private: [A, A, A, N, N, N, N], direct: OURS },
  leave:       { public: [A, A, A, F, F, F, F], private: [A, A, A, N, N, N, N], direct: NOBODYS },
  members:     { public: [A, A, A, A, A, A, F], private: [A, A, A, N, N, N, N], direct: OURS },
  invite:      { public: [F, F, F, F, F, F, F], private: [A, A, F, N, N, N, N], direct: NOBODYS },
  accept:      { public: [F, F, F, F, F, F, F], private: [A, A, A, A, A, F, N], direct: NOBODYS },
  add:         { public: [A, F, F, F, F, F, F], private: [A, A, F, N, N, N, N], direct: NOBODYS },
  kick:        { public: [A, A, F, F, F, F, F], private: [A, A, F, N, N, N, N], direct: NOBODYS },
  ban:         { public: [A, A, F, F, F, F, F], private: [A, A, F, N, N, N, N], direct: NOBODYS },
  mute:        { public: [A, A, F, F, F, F, F], private: [A, A, F, N, N, N, N], direct: NOBODYS },
  setRole:     { public: [A, F, F, F, F, F, F], private: [A, F, F, N, N, N, N], direct: NOBODYS },
  rename:      { public: [A, A, F, F, F, F, F], private: [A, A, F, N, N, N, N], direct: NOBODYS },
  slowMode:    { public: [A, A, F, F, F, F, F], private: [A, A, F, N, N, N, N], direct: NOBODYS },
  archive:     { public: [A, F, F, F, F, F, F], private: [A, F, F, N, N, N, N], direct: NOBODYS },
} as const satisfies Record<string, Record<Room['kind'], Row>>;

export type Operation = keyof typeof rules;
export const operations = Object.keys(rules) as Operation[];

export function verdictOf(operation: Operation, kind: Room['kind'], standing: Standing): Verdict {
  return rules[operation][kind][standings.indexOf(standing)] as Verdict;
}

/** Nothing of this is done by who is muted, or in what is archived. */
export const speaking: ReadonlySet<Operation> = new Set(['send', 'react', 'edit']);
/** These are done to a person, and only from above. */
export const ruling: ReadonlySet<Operation> = new Set(['deleteOther', 'kick', 'ban', 'mute', 'setRole']);

const ranks: Record<Standing, number> = {
  owner: 3,
  moderator: 2,
  member: 1,
  former: 0,
  stranger: 0,
  guest: 0,
  banned: 0,
};

export function isAbove(mine: Standing, theirs: Standing): boolean {
  return ranks[mine] > ranks[theirs];
}

/** An administrator of the server rules public rooms like an owner, and has no way into any other. */
export function standingOf({ room, place, isAdmin }: Access, user: User, now: number): Standing {
  if (isAdmin && room.kind === 'public') return 'owner';
  if (place.bannedUntil > now) return 'banned';
  if (place.role === 'none') return user.guest ? 'guest' : 'stranger';
  return place.role;
}
