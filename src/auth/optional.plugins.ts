import { randomUUID } from 'node:crypto';
import { apiKey } from '@better-auth/api-key';
import type { AuthContext } from 'better-auth';
import { genericOAuth } from 'better-auth/plugins/generic-oauth';
import { personName } from '../protocol/index.js';
import { API_KEY_PREFIX } from './api-key.reader.js';
import { guestName } from './guest-name.js';
import { isOrdinary } from './look-alikes.js';
import { OIDC } from './providers.js';

export interface OidcOptions {
  issuer: string;
  clientId: string;
  clientSecret: string;
  /** What the button says. */
  name: string;
}

/** Keys that stand for whoever made them. Who a key is for is read by `readApiKey`, on the socket and over HTTP. */
export function keysForBots() {
  return apiKey({
    defaultPrefix: API_KEY_PREFIX,
    startingCharactersConfig: { charactersLength: 10 },
    requireName: true,
    enableMetadata: false,
    enableSessionForAPIKeys: false,
    // A person's limits are the chat's, however they are signed in.
    rateLimit: { enabled: false },
    keyExpiration: { minExpiresIn: 1, maxExpiresIn: 3_650 },
  });
}

/** Any service that speaks OpenID Connect. Its address for a person is not kept, so nobody is found by one. */
export function oidc({ issuer, clientId, clientSecret }: OidcOptions) {
  const plugin = genericOAuth({
    config: [
      {
        providerId: OIDC,
        discoveryUrl: `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`,
        clientId,
        clientSecret,
        scopes: ['openid', 'profile'],
        pkce: true,
        requireIdTokenVerification: true,
        mapProfileToUser: (profile) => ({
          email: `${randomUUID()}@account.invalid`,
          emailVerified: false,
          // Their pictures stay with them: nothing is fetched for anybody.
          image: undefined,
          name: nameIn(profile),
        }),
      },
    ],
  });
  // At start Better Auth waits for the service without an end, and everybody with it. Whoever signs in by it asks.
  const init = async ({ socialProviders }: AuthContext) => ({
    context: {
      socialProviders,
      genericOAuthPendingDiscovery: new Map(plugin.options.config.map((each) => [each.providerId, each])),
    },
  });
  return { ...plugin, init };
}

/** What the service calls the person, where that is a name here too. */
function nameIn(profile: object): string {
  for (const claim of ['name', 'nickname', 'preferred_username', 'given_name']) {
    const value: unknown = (profile as Record<string, unknown>)[claim];
    const name = typeof value === 'string' ? personName(value.slice(0, 200)) : null;
    if (name !== null && isOrdinary(name)) return name;
  }
  return guestName();
}
