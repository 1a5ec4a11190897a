import type { IncomingHttpHeaders } from 'node:http';
import type { User } from '../protocol/index.js';

/** A person behind a request. `cookies` are `Set-Cookie` values that the answer must carry. */
export interface Identity {
  user: User;
  /** Names the sign-in, so that it can be ended apart from others of the same person. */
  sessionId: string;
  cookies?: string[];
  /** Somebody who lasts as long as their connection: there is no sign-in that could end. */
  fleeting?: true;
}

/** The parts of a request that say who it is from: the same for pages, API and upgrades. */
export interface Credentials {
  headers: IncomingHttpHeaders;
  /** Whether it came over https, as whoever knows the trusted proxies judged it; Express requests carry it. */
  secure?: boolean;
}

export type EndedWhy = 'signed_out' | 'banned';

/** Who a user is: the only way the socket, the pages and the API learn it. */
export abstract class AuthProvider {
  /**
   * Who the cookie or bearer says it is; `null` where there is neither.
   * Rejects with `ChatError('unauthenticated')` where there is one and it is malformed, expired or revoked; a
   * malformed one is refused without asking the database.
   */
  abstract identify(from: Credentials): Promise<Identity | null>;
  /** A new guest whose sign-in lasts: for pages. Its `cookies` hold it. Only called where guests are allowed. */
  abstract createGuest(from: Credentials): Promise<Identity>;
  /** Changes the name of the person behind `from`; resolves with what they are now called. */
  abstract rename(from: Credentials, name: string): Promise<Identity>;

  /** Whether people register, sign in and keep their account on our pages. */
  readonly hasAccounts: boolean = false;

  /**
   * Those of `identities` whose sign-in is over, by `sessionId`, and why. Asked for every open connection now and then:
   * what is told at once may get lost between processes. A sign-in that is asked for is in use, which extends it. Where
   * nothing can be asked, nobody has ended.
   */
  async ended(_identities: readonly Identity[]): Promise<Map<string, EndedWhy>> {
    return new Map();
  }
}
