import type { IncomingMessage } from 'node:http';
import { Inject, Injectable } from '@nestjs/common';
import proxyAddr from 'proxy-addr';
import { Env } from '../config/env.js';

/** Who is at the other end. `X-Forwarded-*` counts only where the peer is one of `TRUSTED_PROXIES`. */
@Injectable()
export class ClientAddress {
  private readonly trust: (address: string, hop: number) => boolean;

  constructor(@Inject(Env) env: Env) {
    this.trust = proxyAddr.compile(env.TRUSTED_PROXIES);
  }

  address(request: IncomingMessage): string {
    // A socket that is gone has no address any more.
    return request.socket.remoteAddress ? proxyAddr(request, this.trust) : '';
  }

  protocol(request: IncomingMessage): 'http' | 'https' {
    if ('encrypted' in request.socket && request.socket.encrypted) return 'https';
    const forwarded = request.headers['x-forwarded-proto'];
    const peer = request.socket.remoteAddress;
    return forwarded === 'https' && peer && this.trust(peer, 0) ? 'https' : 'http';
  }
}
