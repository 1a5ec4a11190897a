import 'reflect-metadata';
import type { IncomingMessage, Server } from 'node:http';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { WsAdapter } from '@nestjs/platform-ws';
import { SubscribeMessage, WebSocketGateway } from '@nestjs/websockets';
import type { WebSocket } from 'ws';
import { announce } from './announce.ts';
import { type Incoming, roomOf, Rooms } from './rooms.ts';

/** Nest with the adapter it brings. Decorators are applied as functions: Node strips types, not decorators. */
class Gateway {
  private readonly rooms = new Rooms<WebSocket>();

  handleConnection(client: WebSocket, request: IncomingMessage): void {
    const room = roomOf(request.url);
    if (room === null) return;
    this.rooms.enter(room, client);
    client.on('close', () => this.rooms.leave(room, client));
  }

  message(_client: WebSocket, message: Incoming): void {
    const frame = JSON.stringify({ event: 'message', data: this.rooms.number(message) });
    for (const member of this.rooms.members(message.room)) if (member.readyState === 1) member.send(frame);
  }
}
WebSocketGateway({ path: '/ws' })(Gateway);
SubscribeMessage('message')(
  Gateway.prototype,
  'message',
  Object.getOwnPropertyDescriptor(Gateway.prototype, 'message') as PropertyDescriptor,
);

class App {}
Module({ providers: [Gateway] })(App);

const app = await NestFactory.create(App, { logger: ['fatal', 'error', 'warn'] });
app.useWebSocketAdapter(new WsAdapter(app));
await app.listen(0, '127.0.0.1');
announce(app.getHttpServer() as Server);
