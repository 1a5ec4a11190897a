import { z } from 'zod';
import { AuditEvents, AuditQuery } from './audit.js';
import type { ErrorCode } from './codes.js';
import { User } from './events.js';
import type { Operation } from './openapi.paths.js';

/** Sign-ins and accounts over HTTP: routes of Better Auth, of which these are served, and what administrators read. */

const Password = z.string().meta({ description: '8–256 characters, none of which is changed' });
const Username = z.string().max(200);
const SignedIn = z.object({
  token: z.string().nullable().describe("The session's id; what signs in is the cookie"),
  user: z.looseObject({ id: z.string(), name: z.string() }),
});

export const authSchemas = {
  AuditQuery,
  AuditEvents,
  AuthRefusal: z.object({
    code: z.string().describe('A code of ours, or one of Better Auth in capitals'),
    message: z.string(),
    field: z.string().optional().describe('The input that is wrong'),
  }),
  SignUp: z.object({ username: Username, password: Password, name: z.string().max(200).optional() }),
  SignIn: z.object({ username: Username, password: Password }),
  SignedIn,
  SignedInOrAsked: z.union([SignedIn, z.object({ twoFactorRedirect: z.literal(true) })]),
  Session: z.object({ session: z.looseObject({ id: z.string() }), user: User.loose() }).nullable(),
  Nothing: z.object({}),
  ChangePassword: z.object({ currentPassword: Password, newPassword: Password }),
  ConfirmPassword: z.object({ password: Password }),
  Code: z.object({ code: z.string().max(64) }),
  SecondFactor: z.object({ totpURI: z.string(), backupCodes: z.array(z.string()) }),
  RecoveryCodes: z.object({ status: z.boolean(), backupCodes: z.array(z.string()) }),
  CreateKey: z.object({ name: z.string().min(1).max(32), expiresIn: z.int().positive().optional() }),
  CreatedKey: z.looseObject({ id: z.string(), key: z.string() }),
  Keys: z.looseObject({ apiKeys: z.array(z.looseObject({ id: z.string() })) }),
  Provider: z.object({ provider: z.literal('oidc'), callbackURL: z.string().optional() }),
  ProviderAddress: z.object({ url: z.string(), redirect: z.boolean() }),
};

type Path = Partial<Record<'get' | 'post', Operation<keyof typeof authSchemas>>>;

const ANY: ErrorCode[] = ['not_found', 'method_not_allowed', 'internal', 'unavailable'];
const WRITE: ErrorCode[] = ['bad_json', 'bad_schema', 'forbidden', ...ANY];
const LIMITED = 'Too many tries; `Retry-After` says when to come back';
const SIGNED_OUT = 'Not signed in';
const WRONG = 'An input is wrong';

const write = (
  id: string,
  summary: string,
  body: keyof typeof authSchemas,
  answer: [string, keyof typeof authSchemas],
  refusals: Record<number, string>,
  description?: string,
): Path => ({
  post: {
    id,
    summary,
    ...(description && { description }),
    tag: 'accounts',
    body,
    answers: { 200: answer },
    refusals: { ...refusals, 429: LIMITED },
    errors: WRITE,
  },
});

const twoFactor = 'Where `TWO_FACTOR` is on.';
const keys = 'Where `API_KEYS` is on.';
const done: [string, 'Nothing'] = ['It is so', 'Nothing'];

export const authPaths: Record<string, Path> = {
  '/api/auth/sign-up/email': write(
    'register',
    'Makes an account of a name and a password; a guest stays the same person',
    'SignUp',
    ['Signed in, by the cookie', 'SignedIn'],
    { 400: WRONG, 409: 'Somebody has this name, or one that looks like it', 503: 'Too many at this moment' },
  ),
  '/api/auth/sign-in/username': write(
    'signIn',
    'Signs in; `twoFactorRedirect` where a code has to follow',
    'SignIn',
    ['Signed in, or asked for a code', 'SignedInOrAsked'],
    { 400: WRONG, 401: 'Name or password is wrong', 403: 'Shut out', 503: 'Too many at this moment' },
  ),
  '/api/auth/sign-in/anonymous': write(
    'signInAsGuest',
    'Signs in as a new guest, where `GUESTS` is on',
    'Nothing',
    ['Signed in, by the cookie', 'SignedIn'],
    {},
  ),
  '/api/auth/get-session': {
    get: {
      id: 'session',
      summary: 'The sign-in of the caller; null where there is none',
      tag: 'accounts',
      answers: { 200: ['The sign-in', 'Session'] },
      errors: ANY,
    },
  },
  '/api/auth/sign-out': write('signOut', 'Ends this sign-in; its sockets are closed', 'Nothing', done, {}),
  '/api/auth/revoke-sessions': write(
    'signOutEverywhere',
    'Ends every sign-in of the caller',
    'Nothing',
    done,
    {
      401: SIGNED_OUT,
    },
  ),
  '/api/auth/revoke-other-sessions': write('signOutElsewhere', 'Ends every other sign-in', 'Nothing', done, {
    401: SIGNED_OUT,
  }),
  '/api/auth/change-password': write(
    'changePassword',
    'Needs the present one; every other sign-in ends',
    'ChangePassword',
    ['Changed', 'SignedIn'],
    { 400: WRONG, 401: SIGNED_OUT },
  ),
  '/api/auth/two-factor/enable': write(
    'beginSecondFactor',
    'A new secret and recovery codes; on once a first code is verified',
    'ConfirmPassword',
    ['Shown once', 'SecondFactor'],
    { 400: WRONG, 401: SIGNED_OUT },
    twoFactor,
  ),
  '/api/auth/two-factor/disable': write(
    'endSecondFactor',
    'Off',
    'ConfirmPassword',
    done,
    { 400: WRONG, 401: SIGNED_OUT },
    twoFactor,
  ),
  '/api/auth/two-factor/verify-totp': write(
    'verifyCode',
    'The second step of a sign-in, or of switching it on',
    'Code',
    ['Signed in', 'SignedIn'],
    { 400: WRONG, 401: 'The code is wrong' },
    twoFactor,
  ),
  '/api/auth/two-factor/verify-backup-code': write(
    'verifyRecoveryCode',
    'The second step by a recovery code, which is used up',
    'Code',
    ['Signed in', 'SignedIn'],
    { 400: WRONG, 401: 'The code is wrong' },
    twoFactor,
  ),
  '/api/auth/two-factor/generate-backup-codes': write(
    'makeRecoveryCodes',
    'New recovery codes; the old ones are worth nothing',
    'ConfirmPassword',
    ['Shown once', 'RecoveryCodes'],
    { 400: WRONG, 401: SIGNED_OUT },
    twoFactor,
  ),
  '/api/auth/api-key/create': write(
    'createKey',
    'A key for a bot, which stands for the caller',
    'CreateKey',
    ['The key, shown once', 'CreatedKey'],
    { 400: WRONG, 401: SIGNED_OUT },
    keys,
  ),
  '/api/auth/api-key/list': {
    get: {
      id: 'listKeys',
      summary: 'The keys of the caller, without what they are',
      description: keys,
      tag: 'accounts',
      answers: { 200: ['The keys', 'Keys'] },
      refusals: { 401: SIGNED_OUT },
      errors: ANY,
    },
  },
  '/api/auth/sign-in/social': write(
    'signInByService',
    'Where another service signs the caller in',
    'Provider',
    ['The address to go to', 'ProviderAddress'],
    { 400: WRONG, 404: 'There is no such service, or it cannot be reached' },
    'Where `OIDC_ISSUER` is given.',
  ),
  '/api/admin/audit': {
    get: {
      id: 'readAudit',
      summary: 'Security events, newest first, for administrators; to others there is nothing here',
      tag: 'administration',
      query: 'AuditQuery',
      answers: { 200: ['The events', 'AuditEvents'] },
      errors: ['bad_schema', 'not_found', 'internal', 'unavailable'],
    },
  },
};
