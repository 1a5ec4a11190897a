import { Module } from '@nestjs/common';
import { LoggerModule } from 'nestjs-pino';
import { ChatModule } from './chat/chat.module.js';
import { parseEnv } from './config/env.js';
import { requestLog } from './web/request-log.js';

const env = parseEnv(process.env);

/** The default deployment: everything from the environment. */
@Module({ imports: [LoggerModule.forRoot(requestLog(env)), ChatModule.forRoot({ env })] })
export class AppModule {}
