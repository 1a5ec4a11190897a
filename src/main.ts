import 'reflect-metadata';
import { networkInterfaces } from 'node:os';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { Logger } from 'nestjs-pino';
import { ConfigError, Env } from './config/env.js';
import { DatabaseOpenError } from './database/database.js';
import { useChat } from './use-chat.js';
import { ChatHttpAdapter } from './web/chat-http.adapter.js';

/** Starts, and says where. Mistakes of the operator are one message and exit code 1. */
async function start(): Promise<void> {
  const { AppModule } = await import('./app.module.js');
  const app = await NestFactory.create<NestExpressApplication>(AppModule, new ChatHttpAdapter(), {
    // Nest tells every route and provider it finds; whoever starts the server wants one line.
    logger: ['fatal', 'error', 'warn'],
    bodyParser: false,
    abortOnError: false,
  });
  app.enableShutdownHooks();
  useChat(app);
  const { PORT, HOST, PUBLIC_URL } = app.get<Env>(Env);
  await app.listen(PORT, HOST);
  app.useLogger(app.get(Logger));
  const { port } = app.getHttpServer().address() as { port: number };
  console.log(`Chat is ready on ${PUBLIC_URL ?? `http://${reachable(HOST)}:${port}`}/`);
}

/** What to type into a browser on this machine. */
function reachable(host: string): string {
  if (host === '0.0.0.0' || host === '::') return 'localhost';
  const isLocal = Object.values(networkInterfaces()).some((list) =>
    list?.some(({ address }) => address === host),
  );
  return isLocal && host.includes(':') ? `[${host}]` : host;
}

function explain(error: unknown): string {
  if (error instanceof ConfigError || error instanceof DatabaseOpenError) return error.message;
  const { code, message, stack } = error as NodeJS.ErrnoException;
  if (code === 'EADDRINUSE' || code === 'EACCES' || code === 'EADDRNOTAVAIL')
    return `The server cannot listen: ${message}`;
  return stack ?? String(error);
}

start().catch((error: unknown) => {
  console.error(explain(error));
  process.exit(1);
});
