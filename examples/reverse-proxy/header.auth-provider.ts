import { AuthProvider, ChatError, type Credentials, type Identity } from 'nest-realtime-chat';

/** People as a reverse proxy knows them: it signs them in, and says who they are in headers that it alone can set. */
export class HeaderAuthProvider extends AuthProvider {
  override async identify({ headers }: Credentials): Promise<Identity | null> {
    const id = headers['x-user-id'];
    if (id === undefined) return null;
    if (typeof id !== 'string' || !/^\w{1,40}$/.test(id))
      throw new ChatError('unauthenticated', 'the proxy sent no user');
    const name = String(headers['x-user-name'] ?? id);
    return { user: { id, name }, sessionId: id };
  }

  override async createGuest(): Promise<Identity> {
    throw new ChatError('unauthenticated', 'sign in at the proxy');
  }

  override async rename(): Promise<Identity> {
    throw new ChatError('forbidden', 'names come from the directory');
  }
}
