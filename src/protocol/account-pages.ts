import type { AuditEvent } from './audit.js';
import type { User } from './events.js';

/** What the pages about accounts are rendered from. They are plain forms: the browser's script has no part in them. */

/** What a form refused: a sentence beside the field it is about, or above all of them. Never a password. */
export interface FormState {
  values?: Record<string, string>;
  problems?: Record<string, string>;
}

export interface SignInPageData extends FormState {
  view: 'sign-in';
  next: string;
  /** What the button for another service says. */
  service?: string;
}

export interface RegisterPageData extends FormState {
  view: 'register';
  next: string;
  /** A guest's name and messages stay. */
  guest?: User;
  service?: string;
}

/** The second step of a sign-in. */
export interface CodePageData extends FormState {
  view: 'code';
  next: string;
}

export interface LeavePageData {
  view: 'leave';
  /** Where another service signs the person in. */
  url: string;
  service: string;
}

export interface AccountSession {
  id: string;
  device: string;
  since: string;
  used: string;
  current: boolean;
}

export interface AccountKey {
  id: string;
  name: string;
  /** Its first characters. */
  start: string;
  since: string;
  used?: string;
}

export interface AccountPageData extends FormState {
  view: 'account';
  me: User;
  username: string | null;
  isAdmin: boolean;
  hasPassword: boolean;
  /** What was done, said once. */
  done?: string;
  sessions: AccountSession[];
  twoFactor?: {
    on: boolean;
    /** Shown once, until a first code proves that it arrived. */
    setup?: { uri: string; secret: string; codes: string[] };
    codes?: string[];
  };
  /** Another service that may sign the person in. */
  service?: { name: string; isConnected: boolean };
  keys?: { list: AccountKey[]; fresh?: string };
}

export interface PersonRow {
  user: User;
  username: string | null;
  since: string;
  isAdmin: boolean;
  secondFactor: boolean;
  disabled: boolean;
  banned: boolean;
  banReason: string | null;
  bannedUntil: string | null;
}

export interface AdminPageData extends FormState {
  view: 'admin';
  me: User;
  search: string;
  guests: boolean;
  page: number;
  more: boolean;
  people: PersonRow[];
  done?: string;
  /** Shown once, to whoever asked for it. */
  link?: { name: string; url: string };
}

export interface AuditPageData {
  view: 'audit';
  me: User;
  /** What was asked for; empty where that is everything. */
  person: string;
  kind: string;
  kinds: { kind: string; words: string }[];
  /** Newest first. */
  events: AuditEvent[];
  first: boolean;
  more: boolean;
}

export interface ResetPageData extends FormState {
  view: 'reset';
  token: string;
  name: string;
}

export type AccountPages =
  | SignInPageData
  | RegisterPageData
  | CodePageData
  | LeavePageData
  | AccountPageData
  | AdminPageData
  | AuditPageData
  | ResetPageData;
