import type { OnApplicationShutdown, OnModuleInit } from '@nestjs/common';
import type { OnGatewayConnection } from '@nestjs/websockets';
import { distinctUntilChanged, skip, type Subscription, tap } from 'rxjs';
import { ChannelLayer } from '../channel-layer/channel-layer.js';
import type { PushFrame } from '../protocol/index.js';
import { ChatGateway } from '../socket/chat-gateway.decorator.js';
import type { Connection } from '../socket/connection.js';
import { ConnectionRegistry } from '../socket/connection.registry.js';
import { FanOut } from '../socket/fan-out.js';

/** Tells people when other processes are out of reach: what is said there comes late, not never. */
@ChatGateway()
export class ServiceStatusGateway
  implements OnModuleInit, OnApplicationShutdown, OnGatewayConnection<Connection>
{
  private degraded = false;
  private subscription?: Subscription;

  constructor(
    private readonly layer: ChannelLayer,
    private readonly registry: ConnectionRegistry,
    private readonly fanOut: FanOut,
  ) {}

  onModuleInit(): void {
    this.subscription = this.layer.health
      .pipe(
        distinctUntilChanged(),
        tap((health) => (this.degraded = health === 'degraded')),
        // What is so at the start is told to each connection as it comes.
        skip(1),
      )
      .subscribe(() => {
        for (const connection of this.registry.all()) this.fanOut.push(connection, this.status());
      });
  }

  onApplicationShutdown(): void {
    this.subscription?.unsubscribe();
  }

  handleConnection(connection: Connection): void {
    if (this.degraded) this.fanOut.push(connection, this.status());
  }

  private status(): PushFrame {
    return { event: 'service', data: { degraded: this.degraded } };
  }
}
