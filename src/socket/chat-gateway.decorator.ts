import { WebSocketGateway } from '@nestjs/websockets';

/** The path below which every chat socket lives, with or without a room and a trailing slash. */
export const CHAT_SOCKET_PATH = '/ws/chat';

export interface ChatGatewayOptions {
  /** Hooks of gateways with a lower one run earlier. 0 where not given. */
  order?: number;
}

const CHAT_GATEWAY = Symbol('chat gateway');

/** `undefined` where the class is no gateway of the chat. */
export function chatGatewayOptions(target: object): Required<ChatGatewayOptions> | undefined {
  return Reflect.getMetadata(CHAT_GATEWAY, target) as Required<ChatGatewayOptions> | undefined;
}

/**
 * Makes a class a gateway of the chat socket: its `@OnRequest` (or `@SubscribeMessage`) methods answer requests of that
 * name, and whatever they throw becomes the reply.
 *
 * `handleConnection` may be async: the connection's frames wait for it. What it throws closes that one socket with 1011
 * and is logged; Nest alone would let it end the process.
 * @publicApi
 */
export function ChatGateway({ order = 0 }: ChatGatewayOptions = {}): ClassDecorator {
  return (target) => {
    Reflect.defineMetadata(CHAT_GATEWAY, { order }, target);
    WebSocketGateway({ path: CHAT_SOCKET_PATH })(target);
  };
}
