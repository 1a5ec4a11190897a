import { z } from 'zod';
import type { ErrorCode } from './codes.js';
import { CreateRoom, EditMessage, EventsQuery, HistoryQuery, PostMessage, Rename, RoomList } from './http.js';

/** One operation, as short as it can be said; `operation` spells it out. */
export interface Operation<Named extends string = keyof typeof own> {
  id: string;
  summary: string;
  description?: string;
  tag: 'rooms' | 'people' | 'accounts' | 'administration' | 'operation' | 'documents';
  query?: Named;
  body?: Named;
  /** Status to what it means and the schema of its body; no schema: any JSON object. */
  answers: Record<number, [meaning: string, schema?: string]>;
  errors: ErrorCode[];
  /** What Better Auth refuses in its own shape: status to what it means. */
  refusals?: Record<number, string>;
}

export const own = {
  EventsQuery,
  EditMessage,
  RoomList,
  CreateRoom,
  HistoryQuery,
  PostMessage,
  Rename,
  Live: z.object({ status: z.literal('up') }),
  Ready: z.object({
    status: z.enum(['up', 'degraded', 'down']),
    database: z.enum(['up', 'read-only', 'down']),
    channelLayer: z.string(),
    draining: z.boolean(),
  }),
};

/** What any call may be answered with; then any that writes; then any that names a room. */
const ANY: ErrorCode[] = ['unauthenticated', 'rate_limited', 'internal', 'unavailable'];
const WRITE: ErrorCode[] = ['bad_json', 'bad_schema', 'forbidden', ...ANY];
/** What is done to a message that is there. */
const CHANGE: ErrorCode[] = ['bad_room', 'not_found', 'busy', ...WRITE];
const CHANGED: Operation['answers'] = { 200: ['It is so; `dup` where it was so already', 'Changed'] };

export const paths: Record<
  string,
  Partial<Record<'get' | 'post' | 'put' | 'patch' | 'delete', Operation>>
> = {
  '/api/rooms': {
    get: {
      id: 'listRooms',
      summary: "Public rooms, and the caller's own: private rooms and direct conversations",
      tag: 'rooms',
      answers: { 200: ['The rooms', 'RoomList'] },
      errors: ANY,
    },
    post: {
      id: 'createRoom',
      summary: 'Creates a room, or finds the conversation with these people',
      tag: 'rooms',
      body: 'CreateRoom',
      answers: {
        201: ['Created', 'RoomDetail'],
        200: ['The conversation with these people was there already', 'RoomDetail'],
      },
      errors: ['bad_room', 'not_found', 'taken', ...WRITE],
    },
  },
  '/api/rooms/{room}/messages': {
    get: {
      id: 'readHistory',
      summary: 'A page of history, ascending by `seq`',
      description:
        '`before` and `after` exclude each other; without either it is the newest page. Creates no room.',
      tag: 'rooms',
      query: 'HistoryQuery',
      answers: { 200: ['The page', 'HistoryPage'] },
      errors: ['bad_schema', 'bad_room', 'not_found', ...ANY],
    },
    post: {
      id: 'postMessage',
      summary: 'Stores a message',
      description:
        'Answered once it is stored. After `unavailable`, or no answer, repeat with the same `clientId`: it is stored once.',
      tag: 'rooms',
      body: 'PostMessage',
      answers: { 201: ['Stored', 'Sent'], 200: ['Had been stored before: `dup` is true', 'Sent'] },
      errors: ['bad_room', 'too_long', 'not_found', 'busy', ...WRITE],
    },
  },
  '/api/rooms/{room}/events': {
    get: {
      id: 'readEvents',
      summary: 'What happened in a room behind `after`, as the pushes of the socket, in order',
      tag: 'rooms',
      query: 'EventsQuery',
      answers: { 200: ['The events', 'EventsPage'] },
      errors: ['bad_schema', 'bad_room', 'not_found', ...ANY],
    },
  },
  '/api/rooms/{room}/messages/{id}': {
    patch: {
      id: 'editMessage',
      summary: 'Replaces the text of an own message; repeating it changes nothing',
      tag: 'rooms',
      body: 'EditMessage',
      answers: CHANGED,
      errors: ['too_long', ...CHANGE],
    },
    delete: {
      id: 'deleteMessage',
      summary: 'Deletes an own message: its place stays, its text is gone; repeating it changes nothing',
      tag: 'rooms',
      answers: CHANGED,
      errors: CHANGE,
    },
  },
  '/api/rooms/{room}/messages/{id}/reactions/{emoji}': {
    put: {
      id: 'addReaction',
      summary: 'Adds an emoji of the caller to a message; repeating it changes nothing',
      tag: 'rooms',
      answers: CHANGED,
      errors: CHANGE,
    },
    delete: {
      id: 'removeReaction',
      summary: 'Takes it back; repeating it changes nothing',
      tag: 'rooms',
      answers: CHANGED,
      errors: CHANGE,
    },
  },
  '/api/me': {
    get: {
      id: 'me',
      summary: 'Who the caller is',
      tag: 'people',
      answers: { 200: ['The caller', 'Me'] },
      errors: ANY,
    },
    post: {
      id: 'rename',
      summary: 'Changes what the caller is called',
      tag: 'people',
      body: 'Rename',
      answers: { 200: ['The caller, by the new name', 'Me'] },
      errors: ['bad_name', ...WRITE],
    },
  },
  '/health/live': {
    get: {
      id: 'live',
      summary: 'Whether the process runs',
      tag: 'operation',
      answers: { 200: ['It does', 'Live'] },
      errors: [],
    },
  },
  '/health/ready': {
    get: {
      id: 'ready',
      summary: 'Whether it can serve',
      tag: 'operation',
      answers: {
        200: ['It can; `degraded` where Redis is lost', 'Ready'],
        503: ['Starting, draining, or without the database', 'Ready'],
      },
      errors: [],
    },
  },
  '/api/openapi.json': {
    get: {
      id: 'openapi',
      summary: 'This document',
      tag: 'documents',
      answers: { 200: ['OpenAPI 3.1'] },
      errors: [],
    },
  },
  '/api/asyncapi.json': {
    get: {
      id: 'asyncapi',
      summary: 'The socket',
      tag: 'documents',
      answers: { 200: ['AsyncAPI 3'] },
      errors: [],
    },
  },
};
