import { All, Controller, Req } from '@nestjs/common';
import type { Request } from 'express';
import { ChatError } from '../protocol/index.js';
import { checkHandshake, roomOfPath } from '../socket/upgrade.checks.js';

/** What a socket's path says to somebody who does not upgrade: 404, 405, or 426 with what to do. */
@Controller('ws')
export class SocketPathController {
  @All(['', '{*path}'])
  refuse(@Req() request: Request): never {
    roomOfPath(request.originalUrl);
    checkHandshake(request);
    throw new ChatError('bad_schema', 'upgrade to websocket');
  }
}
