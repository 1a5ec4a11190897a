import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { ChatHttpAdapter, ChatModule, parseEnv, useChat } from 'nest-realtime-chat';
import { HeaderAuthProvider } from './header.auth-provider.js';

const env = parseEnv(process.env);
const chat = ChatModule.forRoot({ env, authProvider: HeaderAuthProvider });
const app = await NestFactory.create<NestExpressApplication>(chat, new ChatHttpAdapter(), {
  bodyParser: false,
});
// The headers are believed, so nobody but the proxy may reach this port.
await useChat(app).listen(env.PORT, '127.0.0.1');
