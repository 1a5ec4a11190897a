import 'reflect-metadata';
import { networkInterfaces } from 'node:os';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { Logger } from 'nestjs-pino';
import { ConfigError, Env } from './config/env.js';
import { DatabaseOpenError } from './database/database.js';
import { useChat } from './use-chat.js';
import { ChatHttpAdapter } from './web/chat-http.adapter.js';

/** Orchestrators kill after 30 s. */
const HARD_LIMIT_MS = 25_000;

/** Starts, and says where. Mistakes of the operator are one message and exit code 1. */
async function start(): Promise<void> {
  const { AppModule } = await import('./app.module.js');
  const app = await NestFactory.create<NestExpressApplication>(AppModule, new ChatHttpAdapter(), {
    // Nest tells every route and provider it finds; whoever starts the server wants one line.
    logger: ['fatal', 'error', 'warn'],
    bodyParser: false,
    abortOnError: false,
  });
  useChat(app);
  const { PORT, HOST, PUBLIC_URL } = app.get<Env>(Env);
  await app.listen(PORT, HOST);
  app.useLogger(app.get(Logger));
  giveBackMemory();
  stopOnSignal(app);
  const { port } = app.getHttpServer().address() as { port: number };
  console.log(`Chat is ready on ${PUBLIC_URL ?? `http://${reachable(HOST)}:${port}`}/`);
}

/** Starting leaves garbage behind, a third of the process, in pages that V8 would keep while nothing happens. */
function giveBackMemory(): void {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as (options: object) => void;
  collect({ type: 'major', execution: 'sync', flavor: 'last-resort' });
}

/** The first signal drains and ends with 0; the second one, or too long a drain, ends at once. */
function stopOnSignal(app: NestExpressApplication): void {
  let stopping = false;
  const stop = (signal: string) => {
    if (stopping) process.exit(1);
    stopping = true;
    setTimeout(() => process.exit(1), HARD_LIMIT_MS).unref();
    // Nest passes it on to the hooks; its type does not say so.
    const close: (signal: string) => Promise<void> = app.close.bind(app);
    close(signal).then(
      () => process.exit(0),
      (error: unknown) => {
        console.error(explain(error));
        process.exit(1);
      },
    );
  };
  for (const signal of ['SIGTERM', 'SIGINT']) process.on(signal, () => stop(signal));
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
