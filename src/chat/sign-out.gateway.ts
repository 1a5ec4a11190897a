import { Inject, Logger, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { AuthProvider, type Identity } from '../auth/auth-provider.js';
import { type SignOut, SignOuts } from '../auth/sign-outs.js';
import { Env } from '../config/env.js';
import { CloseCode } from '../protocol/index.js';
import { Recurring } from '../recurring.js';
import { ChatGateway } from '../socket/chat-gateway.decorator.js';
import type { Connection } from '../socket/connection.js';
import { ConnectionRegistry } from '../socket/connection.registry.js';
import { type NodeHint, NodeLink, PEOPLE } from './node-link.js';

const HINT = 'chat.signed.out';
/** A handshake that began before a sign-out may end after it, by no more than this. */
const HANDSHAKE_MS = 30_000;

const closings: Record<SignOut['why'], [code: CloseCode, reason: string]> = {
  signed_out: [CloseCode.signedOut, 'signed out'],
  banned: [CloseCode.banned, 'not allowed here any more'],
  replaced: [CloseCode.reconnect, 'the sign-in has changed'],
};

/**
 * Whose sign-in is over is cut off: here at once, on other nodes as soon as they hear, and where nobody can tell them,
 * when they look next.
 */
@ChatGateway()
export class SignOutGateway implements OnModuleInit, OnApplicationShutdown {
  private readonly logger = new Logger(SignOutGateway.name);
  private readonly stops: (() => void)[] = [];
  /** Whose sign-ins ended a moment ago, until when it matters. */
  private readonly recent = new Map<string, number>();
  private readonly recurring = new Recurring(
    () => this.look(),
    () => this.env.SESSION_CHECK_MS,
  );

  constructor(
    private readonly registry: ConnectionRegistry,
    private readonly auth: AuthProvider,
    private readonly signOuts: SignOuts,
    private readonly link: NodeLink,
    @Inject(Env) private readonly env: Env,
  ) {}

  onModuleInit(): void {
    this.stops.push(
      this.signOuts.listen((signOut) => this.end(signOut)),
      this.link.listen((hint) => this.hear(hint)),
    );
    this.recurring.schedule();
  }

  onApplicationShutdown(): void {
    this.recurring.stop();
    for (const stop of this.stops) stop();
  }

  /** Who was let in on a sign-in that ended meanwhile was not there yet to be cut off. */
  async handleConnection(connection: Connection): Promise<void> {
    const { user } = connection.identity;
    if ((this.recent.get(user.id) ?? 0) > performance.now()) await this.check([connection]);
  }

  private end(signOut: SignOut): void {
    const { userId, sessionId, why, elsewhere } = signOut;
    this.recent.set(userId, performance.now() + HANDSHAKE_MS);
    const [code, reason] = closings[why];
    for (const connection of [...this.registry.ofUser(userId)])
      if (sessionId === undefined || connection.identity.sessionId === sessionId)
        connection.close(code, reason);
    if (!elsewhere) this.link.say(HINT, PEOPLE, signOut);
  }

  private hear({ type, node, body }: NodeHint): void {
    if (type !== HINT || node === this.link.node) return;
    const { userId, sessionId, why } = body as SignOut;
    if (!Object.hasOwn(closings, why)) return;
    this.signOuts
      .tell({ userId, ...(sessionId !== undefined && { sessionId }), why, elsewhere: true })
      .catch((error: unknown) => this.logger.warn(`a sign-out was not carried out: ${String(error)}`));
  }

  /** Never rejects. */
  private async look(): Promise<void> {
    const now = performance.now();
    for (const [userId, until] of this.recent) if (until <= now) this.recent.delete(userId);
    await this.check([...this.registry.all()]);
  }

  /** Never rejects: what cannot be looked up now is looked up next time. */
  private async check(connections: readonly Connection[]): Promise<void> {
    const lasting = new Map<string, Identity>();
    for (const { identity } of connections) if (!identity.fleeting) lasting.set(identity.sessionId, identity);
    if (lasting.size === 0) return;
    try {
      const ended = await this.auth.ended([...lasting.values()]);
      for (const connection of connections) {
        const why = ended.get(connection.identity.sessionId);
        if (why) connection.close(...closings[why]);
      }
    } catch (error) {
      this.logger.warn(`sign-ins could not be looked up: ${String(error)}`);
    }
  }
}
