import { z } from 'zod';
import { Changed, ClientId, Emoji, Message, MessageText, Reaction, Role, Sent, User } from './events.js';
import { ErrorBody } from './frames.js';
import {
  EventsPage,
  HistoryPage,
  Me,
  Problem,
  RoomBans,
  RoomDetail,
  RoomInvite,
  RoomKind,
  RoomMembersList,
  RoomSummary,
} from './http.js';
import { defaultLimits } from './limits.js';
import { PersonName, RoomName } from './names.js';

/** What AsyncAPI and OpenAPI documents say of the server they describe. */
export interface DocumentInfo {
  title: string;
  version: string;
  /** Where the server is reached, like `https://chat.example.org`; unset: where the document came from. */
  origin?: string;
}

export type JsonSchema = Record<string, unknown>;

export const schemaRef = (id: string): { $ref: string } => ({ $ref: `#/components/schemas/${id}` });

/** Schemas that are referred to by name. What a refinement checks is no JSON Schema, so it is said in words. */
const named: [z.ZodType, { id: string; description?: string; minLength?: number; examples?: string[] }][] = [
  ...[
    User,
    Reaction,
    Message,
    Sent,
    Changed,
    ErrorBody,
    RoomName,
    RoomSummary,
    RoomKind,
    RoomDetail,
    RoomMembersList,
    RoomBans,
    RoomInvite,
    Role,
    HistoryPage,
    EventsPage,
    Me,
    Problem,
  ].map((schema): [z.ZodType, { id: string }] => [schema, { id: '', ...schema.meta() }]),
  [
    MessageText,
    {
      id: 'MessageText',
      minLength: 1,
      description:
        `Not blank, well-formed Unicode without NUL, and up to ${defaultLimits.textLength} UTF-16 units unless the ` +
        'server says otherwise in `welcome.limits`',
    },
  ],
  [
    ClientId,
    {
      id: 'ClientId',
      description:
        "The sender's own id of a message: repeating it stores nothing twice. " +
        'Ids that begin with the time, such as UUID v7, cost the database least',
      examples: ['019aafd0-3b5e-7c1d-9a55-3c1a8a2f7d11'],
    },
  ],
  [
    Emoji,
    {
      id: 'Emoji',
      description: 'One emoji, as Unicode recommends it for interchange',
      examples: ['👍', '❤️'],
    },
  ],
  [
    PersonName,
    {
      id: 'PersonName',
      description: "1–32 letters, digits, spaces and . _ ' -; kept in NFC with single spaces",
    },
  ],
];

/**
 * `components.schemas` of a document: the named schemas and `own`, each under its id.
 *
 * Described is what travels, so schemas are taken as their input: what is refused when sent is refused here, and
 * what is received may gain fields, as the protocol allows.
 */
export function componentSchemas(
  own: Record<string, z.ZodType>,
  target: 'draft-7' | 'draft-2020-12',
): Record<string, JsonSchema> {
  const registry = z.registry<{ id: string }>();
  for (const [schema, meta] of named) registry.add(schema, meta);
  for (const [id, schema] of Object.entries(own)) registry.add(schema, { id });
  // References are right only with `uri`: zod's own default points outside the document.
  const { schemas } = z.toJSONSchema(registry, {
    uri: (id) => schemaRef(id).$ref,
    metadata: registry,
    target,
    io: 'input',
    override: ({ jsonSchema }) => {
      if (jsonSchema.format === 'date-time') delete jsonSchema.pattern;
      // The bounds that every JavaScript integer has say nothing.
      if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
      if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum;
    },
  });
  return Object.fromEntries(
    Object.entries(schemas).map(([id, { $id: _id, $schema: _schema, ...schema }]) => [id, schema]),
  );
}
