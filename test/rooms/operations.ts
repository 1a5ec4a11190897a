import { randomUUID } from 'node:crypto';
import type { Operation } from '../../src/chat/room.rules.js';
import type { RequestData, RequestName } from '../../src/protocol/index.js';
import type { Answer } from './people.js';

/** What an operation is done with. */
export interface Things {
  room: string;
  /** A message of whoever does it, and one of the member that it is done to. */
  own: string;
  other: string;
  /** A member, and somebody with an account who is none. */
  victim: string;
  newcomer: string;
  token: string;
}

type Call = [method: string, path: string, body?: object];
type Request = { [Name in RequestName]: [event: Name, data: RequestData<Name>] }[RequestName];

const later = () => new Date(Date.now() + 3_600_000).toISOString();
const message = () => ({ text: 'a word', clientId: randomUUID() });

/** Each operation as a call of the API and as a request of the socket. */
export const operationsOn: Record<Operation, (things: Things) => { http: Call; socket: Request }> = {
  read: ({ room }) => ({ http: ['GET', `/api/rooms/${room}/messages`], socket: ['room.join', { room }] }),
  send: ({ room }) => ({
    http: ['POST', `/api/rooms/${room}/messages`, message()],
    socket: ['message.send', { room, ...message() }],
  }),
  react: ({ room, other }) => ({
    http: ['PUT', `/api/rooms/${room}/messages/${other}/reactions/${encodeURIComponent('👍')}`],
    socket: ['reaction.add', { room, id: other, emoji: '👍' }],
  }),
  edit: ({ room, own }) => ({
    http: ['PATCH', `/api/rooms/${room}/messages/${own}`, { text: 'better' }],
    socket: ['message.edit', { room, id: own, text: 'better' }],
  }),
  delete: ({ room, own }) => ({
    http: ['DELETE', `/api/rooms/${room}/messages/${own}`],
    socket: ['message.delete', { room, id: own }],
  }),
  deleteOther: ({ room, other }) => ({
    http: ['DELETE', `/api/rooms/${room}/messages/${other}`],
    socket: ['message.delete', { room, id: other }],
  }),
  join: ({ room }) => ({
    http: ['PUT', `/api/rooms/${room}/members/me`, {}],
    socket: ['member.set', { room, user: 'me' }],
  }),
  leave: ({ room }) => ({
    http: ['DELETE', `/api/rooms/${room}/members/me`],
    socket: ['member.remove', { room, user: 'me' }],
  }),
  members: ({ room }) => ({
    http: ['GET', `/api/rooms/${room}/members`],
    socket: ['members.list', { room }],
  }),
  invite: ({ room }) => ({
    http: ['POST', `/api/rooms/${room}/invites`, {}],
    socket: ['invite.create', { room, expiresInSeconds: 60 }],
  }),
  accept: ({ token }) => ({ http: ['POST', `/api/invites/${token}`], socket: ['invite.accept', { token }] }),
  add: ({ room, newcomer }) => ({
    http: ['PUT', `/api/rooms/${room}/members/${newcomer}`, {}],
    socket: ['member.set', { room, user: newcomer }],
  }),
  kick: ({ room, victim }) => ({
    http: ['DELETE', `/api/rooms/${room}/members/${victim}`],
    socket: ['member.remove', { room, user: victim }],
  }),
  ban: ({ room, victim }) => ({
    http: ['PUT', `/api/rooms/${room}/bans/${victim}`, { reason: 'noise' }],
    socket: ['member.ban', { room, user: victim, reason: 'noise' }],
  }),
  mute: ({ room, victim }) => ({
    http: ['PUT', `/api/rooms/${room}/mutes/${victim}`, { until: later() }],
    socket: ['member.mute', { room, user: victim, until: later() }],
  }),
  setRole: ({ room, victim }) => ({
    http: ['PUT', `/api/rooms/${room}/members/${victim}`, { role: 'moderator' }],
    socket: ['member.set', { room, user: victim, role: 'moderator' }],
  }),
  rename: ({ room }) => ({
    http: ['PATCH', `/api/rooms/${room}`, { title: 'Another title' }],
    socket: ['room.update', { room, title: 'Another title' }],
  }),
  slowMode: ({ room }) => ({
    http: ['PATCH', `/api/rooms/${room}`, { slowModeSeconds: 30 }],
    socket: ['room.update', { room, slowModeSeconds: 30 }],
  }),
  archive: ({ room }) => ({
    http: ['PATCH', `/api/rooms/${room}`, { archived: true }],
    socket: ['room.update', { room, archived: true }],
  }),
};

/** What became of it, in the words of the table. */
export function verdictOn({ status, body }: Answer): string {
  if (status >= 200 && status < 300) return 'allow';
  if (status === 403 && body.code === 'forbidden') return 'forbidden';
  if (status === 404 && body.code === 'not_found') return 'not_found';
  if (status === 401 && body.code === 'unauthenticated') return 'unauthenticated';
  return `${status} ${String(body.code)}: ${String(body.detail)}`;
}
