import { Inject, Injectable, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { Env } from '../config/env.js';
import { CloseCode } from '../protocol/index.js';
import type { Connection } from './connection.js';
import { ConnectionRegistry } from './connection.registry.js';
import { FanOut } from './fan-out.js';

const TICK_MS = 1_000;

/** Tells the newest `seq` of the rooms a connection is in; carried by `ping`, so that a lost last message is found. */
export abstract class Heads {
  abstract of(connection: Connection): Record<string, number>;
}

/**
 * Asks every connection whether it lives, and closes what is silent (4002) or reads too slowly (4001). What begins a
 * message and does not end it in time is cut off: looking once a tick costs a connection no timer of its own.
 */
@Injectable()
export class Heartbeat implements OnModuleInit, OnApplicationShutdown {
  private timer?: NodeJS.Timeout;
  private readonly everyMs: number;
  private lastTick = 0;

  constructor(
    private readonly registry: ConnectionRegistry,
    private readonly fanOut: FanOut,
    private readonly heads: Heads,
    @Inject(Env) private readonly env: Env,
  ) {
    this.everyMs = Math.min(TICK_MS, env.PING_INTERVAL_MS, env.MESSAGE_TIMEOUT_MS);
  }

  onModuleInit(): void {
    this.lastTick = performance.now();
    this.timer = setInterval(() => this.tick(performance.now()), this.everyMs);
    this.timer.unref();
  }

  onApplicationShutdown(): void {
    clearInterval(this.timer);
  }

  /** Spread over the interval, so that a thousand that came together are not asked together for ever. */
  watch(connection: Connection, now = performance.now()): void {
    // A whole number takes no memory of its own.
    connection.nextPingAt = Math.round(now + this.env.PING_INTERVAL_MS * (0.8 + Math.random() * 0.2));
    if (connection.dialect === 'plain') connection.onPongFrame(() => this.answered(connection));
  }

  answered(connection: Connection): void {
    connection.pingSentAt = 0;
  }

  tick(now: number): void {
    // Where this process itself slept, answers wait unread in its sockets: nobody is closed for that.
    const late = Math.max(0, now - this.lastTick - this.everyMs);
    this.lastTick = now;
    for (const connection of this.registry.all()) {
      if (connection.pingSentAt > 0) connection.pingSentAt += late;
      if (connection.unfinishedSince > 0) connection.unfinishedSince += late;
      connection.checkSpeed(now);
      this.checkMessage(connection, now);
      this.check(connection, now);
    }
  }

  /** `unfinishedSince` is taken back by every whole message: who sends all the time is in the middle of one, too. */
  private checkMessage(connection: Connection, now: number): void {
    if (!connection.isUnfinished) connection.unfinishedSince = 0;
    else if (connection.unfinishedSince === 0) connection.unfinishedSince = now;
    else if (now - connection.unfinishedSince > this.env.MESSAGE_TIMEOUT_MS) connection.terminate();
  }

  private check(connection: Connection, now: number): void {
    if (connection.pingSentAt > 0) {
      // The answer of a connection with a full inbox may stand behind requests that we have not taken yet.
      const waiting = connection.draining && connection.waiting > 0;
      if (!waiting && now - connection.pingSentAt > this.env.PONG_TIMEOUT_MS)
        connection.close(CloseCode.noPong, 'no pong');
    } else if (now >= connection.nextPingAt) {
      connection.pingSentAt = now;
      connection.nextPingAt = now + this.env.PING_INTERVAL_MS;
      if (connection.dialect === 'plain') connection.pingFrame();
      else this.fanOut.push(connection, { event: 'ping', data: { heads: this.heads.of(connection) } });
    }
  }
}
