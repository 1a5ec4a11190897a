import type { IncomingMessage } from 'node:http';
import { Inject, Injectable } from '@nestjs/common';
import { Audit } from '../audit/audit.js';
import { AuthProvider, type Identity } from '../auth/auth-provider.js';
import { freshGuest } from '../auth/socket-guest.js';
import { Env } from '../config/env.js';
import { Counts } from '../metrics/counts.js';
import { ChatError, type ErrorCode, isRoomName } from '../protocol/index.js';
import { Admission } from './admission.js';
import { ClientAddress } from './client-address.js';
import { OriginPolicy } from './origin.policy.js';

const MAX_URL = 2_048;
const SOCKET_PATH = /^\/ws\/chat(?:\/([^/]+))?\/?$/;
const SOCKET_KEY = /^[+/0-9A-Za-z]{22}==$/;

/** Thrown where the status or the headers are not those of the refusal's code. */
export class UpgradeRefused extends Error {
  constructor(
    readonly refusal: ChatError,
    readonly status: number = refusal.status,
    readonly headers: Record<string, string> = {},
  ) {
    super(refusal.message);
  }
}

export interface Admitted {
  identity: Identity;
  /** Where a place was taken, which the caller gives back: `Admission.leaveAddress`. */
  address: string;
}

/** The room a path names, `undefined` for `/ws/chat/`; throws `not_found` for every other path. */
export function roomOfPath(url: string): string | undefined {
  if (url.length > MAX_URL) throw new ChatError('uri_too_long', `a URL has at most ${MAX_URL} characters`);
  const match = SOCKET_PATH.exec(url.split('?', 1)[0] ?? '');
  if (!match) throw new ChatError('not_found', 'no socket here');
  if (match[1] === undefined) return undefined;
  const room = decode(match[1]);
  if (room === null || !isRoomName(room)) throw new ChatError('not_found', 'not a room name');
  return room;
}

function decode(part: string): string | null {
  try {
    return decodeURIComponent(part);
  } catch {
    return null;
  }
}

/** Everything an upgrade must pass before the 101 but its path and its room, in the order of the protocol. */
@Injectable()
export class UpgradeChecks {
  /** Handshakes refused since start, by code: here, and for their path or room. */
  readonly refused = new Counts<ErrorCode>();

  constructor(
    private readonly origin: OriginPolicy,
    private readonly admission: Admission,
    private readonly clientAddress: ClientAddress,
    private readonly auth: AuthProvider,
    @Inject(Env) private readonly env: Env,
    private readonly audit: Audit,
  ) {}

  async admit(request: IncomingMessage): Promise<Admitted> {
    checkHandshake(request);
    checkHost(request);
    this.checkOrigin(request);
    this.admission.checkCapacity();
    const address = this.clientAddress.address(request);
    this.admission.takeAddress(address);
    try {
      const identity = await this.identify(request);
      this.admission.checkUser(identity.user.id);
      return { identity, address };
    } catch (error) {
      this.admission.leaveAddress(address);
      throw error;
    }
  }

  private checkOrigin(request: IncomingMessage): void {
    try {
      this.origin.check(request);
    } catch (error) {
      const address = this.clientAddress.address(request);
      void this.audit.note('request_forged', { address, detail: { on: 'socket' } });
      throw error;
    }
  }

  private async identify(request: IncomingMessage): Promise<Identity> {
    const secure = this.clientAddress.protocol(request) === 'https';
    const known = await this.auth.identify({ headers: request.headers, secure });
    if (known) return known;
    if (!this.env.GUESTS) throw new ChatError('unauthenticated', 'sign in first');
    return freshGuest();
  }
}

/** RFC 6455, 4.2.1. */
export function checkHandshake(request: IncomingMessage): void {
  const { headers } = request;
  if (request.method !== 'GET')
    throw new UpgradeRefused(new ChatError('method_not_allowed', 'a socket opens by GET'), 405, {
      Allow: 'GET',
    });
  const upgrade = headers.upgrade?.toLowerCase();
  if (upgrade !== 'websocket')
    throw new UpgradeRefused(new ChatError('bad_schema', 'upgrade to websocket'), 426, {
      Upgrade: 'websocket',
      Connection: 'Upgrade, close',
    });
  const version = headers['sec-websocket-version'];
  if (version !== '13' && version !== '8')
    throw new UpgradeRefused(new ChatError('bad_schema', 'Sec-WebSocket-Version must be 13'), 400, {
      'Sec-WebSocket-Version': '13',
    });
  if (!SOCKET_KEY.test(headers['sec-websocket-key'] ?? ''))
    throw new UpgradeRefused(
      new ChatError('bad_schema', 'Sec-WebSocket-Key must be 16 bytes in base64'),
      400,
    );
}

/** One Host, and one that a URL can hold. */
export function checkHost(request: IncomingMessage): void {
  const given = request.rawHeaders.filter(
    (name, index) => index % 2 === 0 && name.toLowerCase() === 'host',
  ).length;
  const host = request.headers.host ?? '';
  const url = URL.canParse(`http://${host}`) ? new URL(`http://${host}`) : null;
  const isPlain = url !== null && url.pathname === '/' && !/[@/?#\\\s]/.test(host) && url.username === '';
  if (given !== 1 || !isPlain) throw new UpgradeRefused(new ChatError('bad_schema', 'bad Host'), 400);
}
