import type { ErrorCode } from './codes.js';
import type { Operation } from './openapi.paths.js';
import {
  Accepted,
  BanMember,
  CreateInvite,
  MuteMember,
  RoomInvites,
  SetMember,
  UpdateRoom,
} from './rooms.js';

/** What a room is, who belongs to it, and how to come in. */

export const roomSchemas = {
  Accepted,
  BanMember,
  CreateInvite,
  MuteMember,
  RoomInvites,
  SetMember,
  UpdateRoom,
};

type Method = 'get' | 'post' | 'put' | 'patch' | 'delete';
type Path = Partial<Record<Method, Operation<keyof typeof roomSchemas>>>;

const READ: ErrorCode[] = [
  'bad_room',
  'not_found',
  'forbidden',
  'unauthenticated',
  'rate_limited',
  'internal',
  'unavailable',
];
const WRITE: ErrorCode[] = ['bad_json', 'bad_schema', 'busy', ...READ];

const read = (id: string, summary: string, answer: [string, string]): Path => ({
  get: { id, summary, tag: 'rooms', answers: { 200: answer }, errors: READ },
});
const change = (id: string, summary: string, body?: keyof typeof roomSchemas) => ({
  id,
  summary: `${summary}; repeating it changes nothing`,
  tag: 'rooms' as const,
  ...(body && { body }),
  answers: { 200: ['It is so; `dup` where it was so already', 'Changed'] } as Operation['answers'],
  errors: WRITE,
});

export const roomPaths: Record<string, Path> = {
  '/api/rooms/{room}': {
    ...read('readRoom', 'What a room is, what the caller is in it, and what they may do', [
      'The room',
      'RoomDetail',
    ]),
    patch: change('updateRoom', 'Title, topic, slow mode, archive', 'UpdateRoom'),
  },
  '/api/rooms/{room}/members': read('listMembers', 'Owners first, then moderators', [
    'The members',
    'RoomMembers',
  ]),
  '/api/rooms/{room}/members/{user}': {
    put: change(
      'setMember',
      '`me`: joins; somebody else: adds them, or gives them another role',
      'SetMember',
    ),
    delete: change('removeMember', '`me`: leaves; somebody else: removes them'),
  },
  '/api/rooms/{room}/bans': read('listBans', 'Who may not enter', ['The bans', 'RoomBans']),
  '/api/rooms/{room}/bans/{user}': {
    put: change('banMember', 'Removes somebody, who may not come back before `until`', 'BanMember'),
    delete: change('unbanMember', 'Ends a ban'),
  },
  '/api/rooms/{room}/mutes/{user}': {
    put: change('muteMember', 'Somebody may say nothing before `until`', 'MuteMember'),
    delete: change('unmuteMember', 'Ends a mute'),
  },
  '/api/rooms/{room}/invites': {
    ...read('listInvites', 'The invitations that still count, without their tokens', [
      'The invitations',
      'RoomInvites',
    ]),
    post: {
      id: 'createInvite',
      summary: 'A link that makes members: `/chat/~invite/<token>/`. The token is told here and never again',
      tag: 'rooms',
      body: 'CreateInvite',
      answers: { 201: ['Made', 'RoomInvite'] },
      errors: WRITE,
    },
  },
  '/api/rooms/{room}/invites/{id}': {
    delete: {
      id: 'deleteInvite',
      summary: 'Takes an invitation back',
      tag: 'rooms',
      answers: { 204: ['It opens nothing any more'] },
      errors: WRITE,
    },
  },
  '/api/invites/{token}': {
    post: {
      id: 'acceptInvite',
      summary: 'Makes the caller a member of the room that the invitation is for',
      tag: 'rooms',
      answers: { 200: ['A member; `dup` where they were one already', 'Accepted'] },
      errors: WRITE,
    },
  },
};
