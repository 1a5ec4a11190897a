import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Params } from 'nestjs-pino';
import type { DestinationStream, LogFn, Logger } from 'pino';
import type { Env } from '../config/env.js';

interface Routed extends IncomingMessage {
  /** Set by Express: the pattern, not what stood in the URL. */
  route?: { path?: unknown };
}

/**
 * How the server logs: JSON lines, and none says what people wrote, what they are called, which room they are in, or how
 * they sign in. A request is told by its route, an error by its class, message, code and stack.
 */
export function requestLog({ LOG_LEVEL }: Pick<Env, 'LOG_LEVEL'>, stream?: DestinationStream): Params {
  const pinoHttp = {
    level: LOG_LEVEL,
    quietReqLogger: true,
    quietResLogger: true,
    autoLogging: { ignore: ({ url }: IncomingMessage) => /^\/(assets|health)\//.test(url ?? '') },
    customLogLevel: (_request: IncomingMessage, { statusCode }: ServerResponse, error?: Error) =>
      error || statusCode >= 500
        ? ('error' as const)
        : statusCode >= 400
          ? ('info' as const)
          : ('debug' as const),
    customSuccessObject: lineOf,
    customErrorObject: (request: Routed, response: ServerResponse, _error: Error, value: object) =>
      lineOf(request, response, value),
    // Ours get the error itself.
    wrapSerializers: false,
    hooks: { logMethod: nameErrors },
    serializers: { req: () => undefined, res: () => undefined, err: errorOf },
  };
  return { pinoHttp: stream ? [pinoHttp, stream] : pinoHttp };
}

function lineOf({ method, route }: Routed, { statusCode }: ServerResponse, value: object) {
  const path = typeof route?.path === 'string' ? route.path : undefined;
  const { responseTime } = value as { responseTime?: number };
  return { method, route: path, status: statusCode, responseTime };
}

/** Where nothing is said besides an error, pino would say its message. */
function nameErrors(this: Logger, given: unknown[], log: LogFn): void {
  const [object, words, ...rest] = given as [{ err?: unknown } | undefined, ...unknown[]];
  const said = words === undefined && object?.err instanceof Error ? wordsOf(object.err).message : words;
  log.apply(this, [object, said, ...rest] as Parameters<LogFn>);
}

/** Nothing else that hangs on an error is told: PostgreSQL's detail has whole rows, others have the request. */
function errorOf(error: unknown) {
  if (!(error instanceof Error)) return { type: typeof error };
  const { code } = error as { code?: unknown };
  return {
    type: error.constructor.name,
    ...(typeof code === 'string' && { code }),
    ...wordsOf(error),
  };
}

function wordsOf(error: Error): { message: string; stack?: string } {
  const { message, stack } = error;
  if (!(error instanceof SyntaxError)) return { message, stack };
  // What could not be parsed stands in the message, and so at the head of the stack.
  const frames = stack?.split('\n').filter((line) => /^ {4}at /.test(line));
  return { message: 'a text could not be parsed', stack: frames?.join('\n') };
}
