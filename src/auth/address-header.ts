/** Set by us on what Better Auth gets, never taken from a client. */
export const ADDRESS_HEADER = 'x-chat-client-address';
