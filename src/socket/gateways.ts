import { Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import {
  EXCEPTION_FILTERS_METADATA,
  GUARDS_METADATA,
  INTERCEPTORS_METADATA,
  PIPES_METADATA,
} from '@nestjs/common/constants.js';
import { ApplicationConfig, DiscoveryService, ExternalContextCreator, MetadataScanner } from '@nestjs/core';
import type { OnGatewayConnection, OnGatewayDisconnect } from '@nestjs/websockets';
import {
  MESSAGE_MAPPING_METADATA,
  MESSAGE_METADATA,
  PARAM_ARGS_METADATA,
} from '@nestjs/websockets/constants.js';
import type { ZodType } from 'zod';
import { CloseCode } from '../protocol/index.js';
import { chatGatewayOptions } from './chat-gateway.decorator.js';
import type { Connection } from './connection.js';
import { socketParams } from './gateway-params.js';
import { schemaOf } from './on-request.decorator.js';

/** What answers requests of one name. */
export interface RequestHandler {
  /** Class and method. */
  readonly owner: string;
  /** What the data must be; where a handler has none, its own pipes say. */
  readonly schema?: ZodType;
  /** Guards, interceptors, pipes and filters of Nest run in it. */
  readonly handle: (connection: Connection, data: unknown) => unknown;
}

type Gateway = Partial<OnGatewayConnection<Connection> & OnGatewayDisconnect<Connection>>;
type Method = (...args: unknown[]) => unknown;

const ENHANCERS = [GUARDS_METADATA, INTERCEPTORS_METADATA, PIPES_METADATA, EXCEPTION_FILTERS_METADATA];

/**
 * The gateways of all modules, found at start. Each handler is made once and serves every connection: Nest's own way binds
 * all of them anew for each, which an idle connection keeps paying for.
 */
@Injectable()
export class Gateways implements OnModuleInit {
  private readonly logger = new Logger(Gateways.name);
  private gateways: Gateway[] = [];
  private readonly handlers = new Map<string, RequestHandler>();

  constructor(
    private readonly discovery: DiscoveryService,
    private readonly scanner: MetadataScanner,
    private readonly contexts: ExternalContextCreator,
    private readonly config: ApplicationConfig,
  ) {}

  onModuleInit(): void {
    const found: { gateway: Gateway; order: number }[] = [];
    for (const wrapper of this.discovery.getProviders()) {
      const { metatype } = wrapper;
      const options = typeof metatype === 'function' ? chatGatewayOptions(metatype) : undefined;
      if (!metatype || !options) continue;
      if (!wrapper.isDependencyTreeStatic())
        throw new Error(`${metatype.name} is request-scoped; a gateway serves all connections alike.`);
      found.push({ gateway: wrapper.instance as Gateway, ...options });
      this.addHandlers(metatype.name, wrapper.instance as Record<string, Method>);
    }
    this.gateways = found.sort((a, b) => a.order - b.order || 0).map(({ gateway }) => gateway);
  }

  get events(): string[] {
    return [...this.handlers.keys()];
  }

  handlerOf(event: string): RequestHandler | undefined {
    return this.handlers.get(event);
  }

  /** Runs the connect hooks; the connection's frames wait for those that take time. One that fails closes it with 1011. */
  connected(connection: Connection): void {
    const starting: Promise<unknown>[] = [];
    for (const gateway of this.gateways) {
      if (!gateway.handleConnection) continue;
      const started = this.attempt(gateway, () => gateway.handleConnection?.(connection), connection);
      if (started) starting.push(started);
    }
    if (starting.length > 0)
      connection.started = Promise.all(starting).then(() => (connection.started = undefined));
  }

  disconnected(connection: Connection): void {
    for (const gateway of this.gateways)
      if (gateway.handleDisconnect)
        void this.attempt(gateway, () => gateway.handleDisconnect?.(connection), connection);
  }

  /** A promise where the hook needs time; it never rejects. */
  private attempt(
    gateway: Gateway,
    hook: () => unknown,
    connection: Connection,
  ): Promise<unknown> | undefined {
    const fail = (error: unknown) => {
      new Logger(gateway.constructor.name).error(error);
      connection.close(CloseCode.internal, 'internal error');
    };
    try {
      const result = hook();
      return result instanceof Promise ? result.catch(fail) : undefined;
    } catch (error) {
      fail(error);
      return undefined;
    }
  }

  /** Every event has exactly one handler. */
  private addHandlers(className: string, gateway: Record<string, Method>): void {
    for (const name of this.scanner.getAllMethodNames(Object.getPrototypeOf(gateway) as object)) {
      const method = gateway[name];
      if (!method || !Reflect.getMetadata(MESSAGE_MAPPING_METADATA, method)) continue;
      const event: string = Reflect.getMetadata(MESSAGE_METADATA, method);
      const taken = this.handlers.get(event);
      const owner = `${className}.${name}`;
      if (taken) throw new Error(`The event "${event}" has two handlers: ${taken.owner} and ${owner}.`);
      this.handlers.set(event, {
        owner,
        schema: schemaOf(method),
        handle: this.handlerFor(gateway, name, method),
      });
      this.logger.debug(`"${event}" is answered by ${owner}`);
    }
  }

  private handlerFor(
    gateway: Record<string, Method>,
    name: string,
    method: Method,
  ): RequestHandler['handle'] {
    const has = (key: string) =>
      Reflect.hasMetadata(key, gateway.constructor) || Reflect.hasMetadata(key, method);
    const params = Reflect.getMetadata(PARAM_ARGS_METADATA, gateway.constructor, name) as object | undefined;
    const isPlain = Object.keys(params ?? {}).length === 0 && !this.hasGlobals && !ENHANCERS.some(has);
    // Nothing of Nest would run around it: a third of what a request costs beside its work.
    if (isPlain) return (connection, data) => method.call(gateway, connection, data);
    return this.contexts.create(
      gateway,
      method,
      name,
      PARAM_ARGS_METADATA,
      socketParams,
      undefined,
      undefined,
      { guards: true, interceptors: true, filters: has(EXCEPTION_FILTERS_METADATA) },
      'ws',
    );
  }

  /** Guards and interceptors that the application has around everything. */
  private get hasGlobals(): boolean {
    const { config } = this;
    const all = [
      config.getGlobalGuards(),
      config.getGlobalRequestGuards(),
      config.getGlobalInterceptors(),
      config.getGlobalRequestInterceptors(),
    ];
    return all.some((each) => each.length > 0);
  }
}
