import { Parser } from '@asyncapi/parser';
import { describe, expect, it } from 'vitest';
import { buildAsyncApi } from '../../src/protocol/asyncapi.js';
import { CloseCode, errorStatus } from '../../src/protocol/codes.js';
import { pushes, requests } from '../../src/protocol/events.js';
import { danglingReferences, references } from './document-references.js';

const document = buildAsyncApi({ title: 'Chat', version: '1.2.3', origin: 'https://chat.example.org' });
const ERROR = 0;

describe('the AsyncAPI document', () => {
  it('is AsyncAPI 3 without an error', async () => {
    const { document: parsed, diagnostics } = await new Parser().parse(JSON.stringify(document));
    expect(diagnostics.filter(({ severity }) => severity === ERROR)).toEqual([]);
    expect(parsed?.version()).toBe('3.0.0');
    expect(parsed?.info().version()).toBe('1.2.3');
  });

  it('says where the socket is, and that a page over https needs wss', () => {
    expect(document.servers.chat).toEqual({ host: 'chat.example.org', protocol: 'wss' });
    expect(buildAsyncApi({ title: 'Chat', version: '1' }).servers.chat.protocol).toBe('ws');
    expect(document.channels.chat.address).toBe('/ws/chat/');
    expect(document.channels.room.address).toBe('/ws/chat/{room}/');
  });

  it.each(Object.keys(requests))('has %s as a request with its reply, joined by the id', (name) => {
    const operation = document.operations[`${name}.request`];
    expect(operation).toMatchObject({
      action: 'receive',
      messages: [{ $ref: `#/channels/chat/messages/${name}.request` }],
      reply: {
        messages: [
          { $ref: `#/channels/chat/messages/${name}.reply` },
          { $ref: '#/channels/chat/messages/failure' },
        ],
      },
    });
    const { messages, schemas } = document.components;
    for (const id of [`${name}.request`, `${name}.reply`, 'failure'])
      expect(messages).toHaveProperty([id, 'correlationId', '$ref'], '#/components/correlationIds/requestId');
    expect(schemas[`${name}.request`]).toMatchObject({
      properties: { event: { const: name } },
      additionalProperties: false,
    });
    expect(schemas[`${name}.reply`]).toMatchObject({ required: ['event', 'id', 'ok', 'data'] });
  });

  it.each(Object.keys(pushes))('has %s as a push', (name) => {
    expect(document.operations[`${name}.push`]).toMatchObject({
      action: 'send',
      messages: [{ $ref: `#/channels/chat/messages/${name}.push` }],
    });
    expect(document.components.schemas[`${name}.push`]).toMatchObject({
      properties: { event: { const: name } },
    });
  });

  it('has the plain dialect: a message in, messages out, and the error of what was refused', () => {
    const { schemas } = document.components;
    expect(Object.keys(document.channels.plain.messages)).toEqual([
      'plain.request',
      'plain.message',
      'plain.failure',
    ]);
    expect(schemas['plain.request']).toMatchObject({ required: ['message'], additionalProperties: false });
    expect(schemas['plain.message']).toMatchObject({
      properties: { user: { $ref: '#/components/schemas/User' } },
      required: ['message', 'id', 'seq', 'room', 'user', 'at'],
    });
  });

  it('says of every close code what it means and whether to come back', () => {
    const listed = document['x-close-codes'];
    expect(listed.map(({ code }) => code)).toEqual(Object.values(CloseCode));
    expect(listed.every(({ meaning }) => meaning.length > 0)).toBe(true);
    expect(listed.find(({ code }) => code === CloseCode.banned)?.reconnect).toBe(false);
    expect(listed.find(({ code }) => code === CloseCode.noPong)?.reconnect).toBe(true);
    expect(document['x-error-codes'].map(({ code }) => code)).toEqual(Object.keys(errorStatus));
  });

  it('refers only to what is in it, and names what is used in many places', () => {
    expect(danglingReferences(document)).toEqual([]);
    expect(references(document)).toContain('#/components/schemas/Message');
    expect(document.components.schemas['message.send.request']).toMatchObject({
      properties: {
        data: {
          properties: {
            room: { $ref: '#/components/schemas/RoomName' },
            text: { $ref: '#/components/schemas/MessageText' },
            clientId: { $ref: '#/components/schemas/ClientId' },
          },
        },
      },
    });
    expect(document.components.schemas['RoomName']?.['description']).toContain('Unicode');
    expect(document.components.schemas['MessageText']?.['description']).toContain('4000');
  });

  it('lets a request leave out data that has nothing required in it', () => {
    expect(document.components.schemas['pong.request']).toMatchObject({ required: ['event'] });
  });

  it('leaves room for fields that a later server adds to what it sends', () => {
    for (const id of ['message.created.push', 'message.send.reply', 'Message', 'User', 'plain.message'])
      expect(document.components.schemas[id]).not.toHaveProperty('additionalProperties');
  });
});
