import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  Inject,
  Injectable,
  Logger,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
} from '@nestjs/common';
import { ModuleRef } from '@nestjs/core';
import { LiveRooms } from '../chat/live-rooms.js';
import { Env } from '../config/env.js';
import { ConnectionRegistry } from '../socket/connection.registry.js';
import { Health } from '../web/health.js';
import type { Metrics } from './metrics.js';

const HEADERS_MS = 5_000;
const REQUEST_MS = 10_000;
const MAX_CONNECTIONS = 50;

/** The operator's port: `/metrics`, and `/health` with numbers. Nothing listens where `ADMIN_PORT` is not set. */
@Injectable()
export class AdminServer implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger(AdminServer.name);
  private server?: Server;
  private metrics?: Metrics;

  constructor(
    private readonly app: ModuleRef,
    private readonly health: Health,
    private readonly registry: ConnectionRegistry,
    private readonly rooms: LiveRooms,
    @Inject(Env) private readonly env: Env,
  ) {}

  /** Rejects where the port is taken: then the start fails like that of the public one. */
  async onApplicationBootstrap(): Promise<void> {
    if (this.env.ADMIN_PORT === undefined) return;
    // Who does not look at them pays nothing for them.
    const { createMetrics } = await import('./metrics.js');
    this.metrics = createMetrics(this.app);
    this.server = createServer(
      { headersTimeout: HEADERS_MS, requestTimeout: REQUEST_MS },
      (request, response) => void this.answer(request, response),
    );
    this.server.maxConnections = MAX_CONNECTIONS;
    this.server.listen(this.env.ADMIN_PORT, this.env.ADMIN_HOST);
    await once(this.server, 'listening');
    this.server.on('error', (error) => this.logger.error(error));
  }

  /** While the server drains one may still look at it. */
  onApplicationShutdown(): void {
    this.metrics?.close();
    this.server?.close();
    this.server?.closeAllConnections();
  }

  /** Where it listens; none where it does not. */
  get port(): number | undefined {
    return (this.server?.address() as AddressInfo | null | undefined)?.port;
  }

  /** Never rejects. */
  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    response.setHeader('Cache-Control', 'no-store');
    response.setHeader('X-Content-Type-Options', 'nosniff');
    try {
      if (request.method !== 'GET') return void response.writeHead(405, { Allow: 'GET' }).end();
      const path = (request.url ?? '').split('?', 1)[0];
      if (path === '/metrics') await this.sendMetrics(response);
      else if (path === '/health') await this.sendHealth(response);
      else response.writeHead(404).end();
    } catch (error) {
      this.logger.error(error);
      if (response.headersSent) response.destroy();
      else response.writeHead(500).end();
    }
  }

  private async sendMetrics(response: ServerResponse): Promise<void> {
    if (!this.metrics) return void response.writeHead(503).end();
    const { registry } = this.metrics;
    const text = await registry.metrics();
    response.writeHead(200, { 'Content-Type': registry.contentType }).end(text);
  }

  private async sendHealth(response: ServerResponse): Promise<void> {
    const began = performance.now();
    const report = await this.health.check();
    const body = {
      ...report,
      checkedInMs: Math.round(performance.now() - began),
      uptimeSeconds: Math.round(process.uptime()),
      connections: this.registry.size,
      maxConnections: this.env.MAX_CONNECTIONS,
      rooms: this.rooms.size,
      memoryBytes: process.memoryUsage.rss(),
    };
    response.writeHead(report.status === 'down' ? 503 : 200, { 'Content-Type': 'application/json' });
    response.end(JSON.stringify(body));
  }
}
