import { Module } from '@nestjs/common';
import { LoggerModule } from 'nestjs-pino';
import { ChatModule } from './chat/chat.module.js';
import { Env, parseEnv } from './config/env.js';

/** What a request's line in the log says: no query string, no header, no body. */
function loggerModule({ LOG_LEVEL }: Env) {
  return LoggerModule.forRoot({
    pinoHttp: {
      level: LOG_LEVEL,
      autoLogging: { ignore: ({ url }) => /^\/(assets|health)\//.test(url ?? '') },
      customLogLevel: (_request, response, error) =>
        error || response.statusCode >= 500 ? 'error' : response.statusCode >= 400 ? 'info' : 'debug',
      serializers: {
        req: ({ id, method, url }: { id: unknown; method: string; url: string }) => ({
          id,
          method,
          path: url.split('?', 1)[0],
        }),
        res: ({ statusCode }: { statusCode: number }) => ({ statusCode }),
      },
    },
  });
}

const env = parseEnv(process.env);

/** The default deployment: everything from the environment. */
@Module({ imports: [loggerModule(env), ChatModule.forRoot({ env })] })
export class AppModule {}
