import type { Env } from '../../src/config/env.js';
import { type AuditEvent } from '../../src/protocol/index.js';
import { startChat, type StartChatOptions } from '../../src/testing/index.js';
import { type Browser, register } from '../account/browser-without-script.js';
import { call } from '../web/visitor.js';

export type { AuditEvent };

/** A chat with an administrator, who reads the security log. */
export async function startAudited(env: Partial<Env> = {}, more: StartChatOptions = {}) {
  const chat = await startChat({ ...more, env });
  const admin = await register(chat.url, 'Boss');
  return {
    chat,
    admin,
    async events(query: Record<string, string | undefined>): Promise<AuditEvent[]> {
      const given = Object.entries(query).filter((pair): pair is [string, string] => pair[1] !== undefined);
      const path = `/api/admin/audit?${new URLSearchParams(given).toString()}`;
      const { status, body } = await call(chat, path, { headers: { cookie: admin.cookie } });
      if (status !== 200) throw new Error(`the log answered ${status}`);
      return body['events'] as AuditEvent[];
    },
    async idOf({ cookie }: Browser): Promise<string> {
      const { body } = await call(chat, '/api/me', { headers: { cookie } });
      return (body['user'] as { id: string }).id;
    },
    act: (action: string, user: string, fields: Record<string, string> = {}) =>
      admin.post('/chat/~admin/', { user, action, ...fields }),
    async refusedSocket(headers: Record<string, string>): Promise<void> {
      const outcome = await chat.connect(undefined, { headers }).then(
        () => 'open',
        (error: unknown) => String(error),
      );
      if (!outcome.includes('403')) throw new Error(`the handshake was not refused: ${outcome}`);
    },
    [Symbol.asyncDispose]: () => chat.close(),
  };
}
