import { z } from 'zod';
import { pushSummary, requestSummary } from './asyncapi.summaries.js';
import { CloseCode, errorStatus, mayReconnect, SUBPROTOCOL } from './codes.js';
import { Message, type PushName, pushes, type RequestName, requests } from './events.js';
import { ErrorBody, PlainRequest, RequestFrame } from './frames.js';
import { componentSchemas, type DocumentInfo, schemaRef } from './json-schema.js';

const closeMeaning: Record<keyof typeof CloseCode, string> = {
  normal: 'asked for',
  goingAway: 'the other side goes away',
  protocolError: 'a frame breaks RFC 6455',
  unsupportedData: 'a binary frame',
  invalidPayload: 'not UTF-8',
  policy: 'refused by policy',
  tooBig: 'a frame above the limit',
  internal: 'a fault of the server',
  restarting: 'the server restarts, after `bye`',
  overloaded: 'the server is overloaded',
  reconnect: 'please reconnect',
  tooSlow: 'the client reads too slowly',
  noPong: 'no `pong` came',
  positionLost: 'the position in a room was lost',
  rateLimitIgnored: 'the rate limit was ignored',
  badFrames: 'repeated bad frames',
  signedOut: 'signed out, expired or revoked',
  banned: 'banned',
  removed: 'removed from the room',
  clientTooOld: 'the client is too old',
};

/** Codes an outsider may rely on, with what a client does about each. */
const closeCodes = Object.entries(CloseCode).map(([name, code]) => ({
  code,
  name,
  reconnect: mayReconnect(code),
  meaning: closeMeaning[name as keyof typeof CloseCode],
}));

const description = `One socket, two dialects.

**\`${SUBPROTOCOL}\`** (subprotocol): requests \`{event, id, data}\`, replies \`{event: "reply", id, ok, data | error}\`,
pushes \`{event, data}\`. Requests of one connection run one after another, in the order sent. There is exactly one
reply per \`id\`; without \`id\` only failures are answered. Unknown fields and events are refused.

**Plain** (no subprotocol): \`{"message": "hi"}\` in, and every message of the room out. Nothing else is ever sent,
except \`{"error"}\` to who sent what was refused.

A cookie needs an \`Origin\` that is allowed; \`Authorization: Bearer\` needs none.

Close codes: 4000–4499 reconnect, 4500–4999 do not.

${closeCodes.map(({ code, meaning, reconnect }) => `- ${code}: ${meaning}${reconnect ? '' : '; do not reconnect'}`).join('\n')}`;

const Reply = z.object({
  event: z.literal('reply'),
  id: RequestFrame.shape.id.unwrap(),
  ok: z.literal(true),
});
const Failure = z.object({
  event: z.literal('reply'),
  id: RequestFrame.shape.id,
  ok: z.literal(false),
  error: ErrorBody,
});
const PlainMessage = z.object({
  message: z.string(),
  ...Message.pick({ id: true, seq: true, room: true, user: true, at: true }).shape,
});

const requestEntries = Object.entries(requests);
const pushEntries = Object.entries(pushes);

function schemas() {
  const own: Record<string, z.ZodType> = {
    failure: Failure,
    'plain.request': PlainRequest,
    'plain.message': PlainMessage,
    'plain.failure': z.object({ error: ErrorBody }),
  };
  for (const [name, { data, reply }] of requestEntries) {
    // `data` may be left out where nothing in it is required.
    const given = data.safeParse({}).success ? data.optional() : data;
    own[`${name}.request`] = RequestFrame.extend({ event: z.literal(name), data: given });
    own[`${name}.reply`] = Reply.extend({ data: reply });
  }
  for (const [name, data] of pushEntries) own[`${name}.push`] = z.object({ event: z.literal(name), data });
  return componentSchemas(own, 'draft-7');
}

const correlated = { correlationId: { $ref: '#/components/correlationIds/requestId' } };

function message(id: string, title: string, extra: object = {}) {
  return { name: id, title, contentType: 'application/json', payload: schemaRef(id), ...extra };
}

const richMessages: Record<string, ReturnType<typeof message>> = {
  ...Object.fromEntries(
    requestEntries.flatMap(([name]) => [
      [`${name}.request`, message(`${name}.request`, requestSummary[name as RequestName], correlated)],
      [`${name}.reply`, message(`${name}.reply`, `\`${name}\` is done`, correlated)],
    ]),
  ),
  ...Object.fromEntries(
    pushEntries.map(([name]) => [`${name}.push`, message(`${name}.push`, pushSummary[name as PushName])]),
  ),
  failure: message('failure', 'A request was refused', correlated),
};

const plainMessages = {
  'plain.request': message('plain.request', 'Sends a message to the room'),
  'plain.message': message('plain.message', 'A message; everybody in the room gets it, the sender too'),
  'plain.failure': message('plain.failure', 'What was sent was refused'),
};

const refs = (names: string[]) =>
  Object.fromEntries(names.map((name) => [name, { $ref: `#/components/messages/${name}` }]));

const channelRef = (channel: string) => ({ $ref: `#/channels/${channel}` });
const messagesOf = (channel: string, ...names: string[]) =>
  names.map((name) => ({ $ref: `#/channels/${channel}/messages/${name}` }));

function channel(address: string, text: string, messages: Record<string, object>) {
  const inRoom = address.includes('{room}')
    ? { parameters: { room: { description: 'A room, by the name that `RoomName` describes' } } }
    : {};
  const headers = {
    type: 'object',
    properties: { Origin: { type: 'string' }, Authorization: { type: 'string' } },
  };
  const bindings = { ws: { method: 'GET', headers, bindingVersion: '0.1.0' } };
  return { address, description: text, ...inRoom, messages: refs(Object.keys(messages)), bindings };
}

/** Server's view, as AsyncAPI 3 has it: it receives requests, replies to them, and sends pushes. */
function operations() {
  const own: Record<string, object> = {
    'plain.request': {
      action: 'receive',
      channel: channelRef('plain'),
      summary: 'Send without a subprotocol',
      messages: messagesOf('plain', 'plain.request'),
      reply: {
        channel: channelRef('plain'),
        messages: messagesOf('plain', 'plain.message', 'plain.failure'),
      },
    },
    'plain.message': {
      action: 'send',
      channel: channelRef('plain'),
      summary: 'Messages without a subprotocol',
      messages: messagesOf('plain', 'plain.message'),
    },
  };
  for (const [name] of requestEntries)
    own[`${name}.request`] = {
      action: 'receive',
      channel: channelRef('chat'),
      summary: requestSummary[name as RequestName],
      messages: messagesOf('chat', `${name}.request`),
      reply: { channel: channelRef('chat'), messages: messagesOf('chat', `${name}.reply`, 'failure') },
    };
  for (const [name] of pushEntries)
    own[`${name}.push`] = {
      action: 'send',
      channel: channelRef('chat'),
      summary: pushSummary[name as PushName],
      messages: messagesOf('chat', `${name}.push`),
    };
  return own;
}

/** The AsyncAPI 3 document of the socket, derived from the schemas that the server checks with. */
export function buildAsyncApi(info: DocumentInfo) {
  const origin = new URL(info.origin ?? 'http://localhost:3000');
  return {
    asyncapi: '3.0.0',
    info: { title: info.title, version: info.version, description },
    defaultContentType: 'application/json',
    servers: { chat: { host: origin.host, protocol: origin.protocol === 'https:' ? 'wss' : 'ws' } },
    channels: {
      chat: channel('/ws/chat/', `Subprotocol \`${SUBPROTOCOL}\`: one socket, many rooms`, richMessages),
      room: channel(
        '/ws/chat/{room}/',
        `Subprotocol \`${SUBPROTOCOL}\`: as \`chat\`, and joins the room on connecting`,
        richMessages,
      ),
      plain: channel('/ws/chat/{room}/', 'No subprotocol: what a Django Channels page speaks', plainMessages),
    },
    operations: operations(),
    components: {
      schemas: schemas(),
      messages: { ...richMessages, ...plainMessages },
      correlationIds: {
        requestId: { location: '$message.payload#/id', description: 'The request that a reply answers' },
      },
    },
    'x-close-codes': closeCodes,
    'x-error-codes': Object.entries(errorStatus).map(([code, status]) => ({ code, status })),
  };
}
