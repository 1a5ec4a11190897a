import { Inject, Injectable } from '@nestjs/common';
import { Env } from '../config/env.js';
import type { Connection } from './connection.js';
import { textFrame } from './text-frame.js';

/**
 * The first frame of a `chat.v1` connection: who it is, and what holds here. Written, not queued, before any gateway
 * knows of the connection: nothing that a gateway does can come before it.
 */
@Injectable()
export class Welcome {
  constructor(@Inject(Env) private readonly env: Env) {}

  greet(connection: Connection): void {
    if (connection.dialect === 'plain') return;
    const data = {
      user: connection.user,
      connection: connection.id,
      pingEveryMs: this.env.PING_INTERVAL_MS,
      limits: {
        frameBytes: this.env.MAX_FRAME_BYTES,
        textLength: this.env.MAX_TEXT_LENGTH,
        sendsPerSecond: this.env.SENDS_PER_SECOND,
        sendBurst: this.env.SEND_BURST,
      },
    };
    connection.write(textFrame(JSON.stringify({ event: 'welcome', data })));
  }
}
