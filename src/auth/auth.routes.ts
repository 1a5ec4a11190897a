type Routes = ReadonlyMap<string, 'GET' | 'POST'>;

/** What of Better Auth there is. Its other routes are as good as not there. */
export const routes: Routes = new Map([
  ['/sign-in/anonymous', 'POST'],
  ['/sign-in/username', 'POST'],
  ['/sign-up/email', 'POST'],
  ['/get-session', 'GET'],
  ['/sign-out', 'POST'],
  ['/revoke-sessions', 'POST'],
  ['/revoke-other-sessions', 'POST'],
  ['/change-password', 'POST'],
]);
export const secondFactor: Routes = new Map([
  ['/two-factor/enable', 'POST'],
  ['/two-factor/disable', 'POST'],
  ['/two-factor/verify-totp', 'POST'],
  ['/two-factor/verify-backup-code', 'POST'],
  ['/two-factor/generate-backup-codes', 'POST'],
]);
export const keysForBots: Routes = new Map([
  ['/api-key/create', 'POST'],
  ['/api-key/list', 'GET'],
]);
export const anotherService: Routes = new Map([
  ['/sign-in/social', 'POST'],
  ['/callback/oidc', 'GET'],
]);

export const authRoutes: Routes = new Map([...routes, ...secondFactor, ...keysForBots, ...anotherService]);
