/** What Better Auth calls the ways in, in its table of accounts: another service, and a password. */
export const OIDC = 'oidc';
export const PASSWORD = 'credential';
