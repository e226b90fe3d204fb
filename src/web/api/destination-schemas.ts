// The shapes of destinations and signing keys in the REST API, as TypeBox schemas. The routes are in
// destinations.ts; what a setting may be is checked by src/destinations, and said here as far as JSON Schema
// can.

import { Type } from 'typebox';
import type { Static } from 'typebox';
import { MessageView } from './schemas.ts';

const closed = { additionalProperties: false } as const;
const time = Type.String({ format: 'date-time', description: 'ISO 8601 in UTC' });
const timeOrNull = Type.Union([time, Type.Null()]);

/** A place of a line: what is told of its calls. */
const place = Type.Integer({
  minimum: 0,
  maximum: Number.MAX_SAFE_INTEGER,
  description: '0 the notification URL, 1 the Buzzee server, else the id of a destination',
});

export const SigningKeyView = Type.Object({
  destination: place,
  createdAt: time,
  /** Until when the key before signs too; null where it does not any more. */
  previousUntil: timeOrNull,
});
export type SigningKeyView = Static<typeof SigningKeyView>;

const settings = {
  title: Type.String(),
  url: Type.String({ description: 'User name and password in it masked as ***' }),
  format: Type.Union([
    Type.Literal('get'),
    Type.Literal('standard-webhooks'),
    Type.Literal('zammad'),
  ]),
  enabled: Type.Boolean(),
  direction: Type.Union([Type.Literal('any'), Type.Literal('incoming'), Type.Literal('outgoing')]),
  types: Type.Array(
    Type.Union([Type.Literal('SETUP'), Type.Literal('CONNECT'), Type.Literal('RELEASE')]),
    { description: 'The events that are told; at least one' },
  ),
  numbers: Type.Array(Type.String(), {
    description: 'First digits of the other party, e.g. 336; none: any number, also a hidden one',
  }),
};

export const DestinationView = Type.Object({
  id: Type.Integer(),
  line: Type.String(),
  ...settings,
  createdAt: time,
  /** Null where what it is sent is not signed. */
  key: Type.Union([SigningKeyView, Type.Null()]),
});
export type DestinationView = Static<typeof DestinationView>;

export const DestinationList = Type.Object({
  items: Type.Array(DestinationView),
  /** The keys of all places of the line, also of its notification URL and Buzzee server. */
  keys: Type.Array(SigningKeyView),
  /** How many destinations a line may have. */
  most: Type.Integer(),
});
export type DestinationList = Static<typeof DestinationList>;

/** Only what is to change. A masked user name and password stay as they are. */
export const DestinationChange = Type.Partial(Type.Object(settings), closed);
export type DestinationChange = Static<typeof DestinationChange>;

export const NewDestination = Type.Object(
  { ...Type.Partial(Type.Object(settings)).properties, url: settings.url },
  closed,
);
export type NewDestination = Static<typeof NewDestination>;

export const DestinationChanged = Type.Object({
  destination: DestinationView,
  /** What is probably wrong with what is set now. */
  warnings: Type.Array(MessageView),
});
export type DestinationChanged = Static<typeof DestinationChanged>;

/** What a destination set so would be sent. With `id`, what is not named is as that destination has it. */
export const DestinationPreviewQuery = Type.Partial(
  Type.Object({ id: Type.Integer(), ...settings }),
  closed,
);
export type DestinationPreviewQuery = Static<typeof DestinationPreviewQuery>;

export const DestinationPreview = Type.Object({
  /** Null where it can be saved so. */
  error: Type.Union([
    Type.Object({ ...MessageView.properties, field: Type.String() }),
    Type.Null(),
  ]),
  warnings: Type.Array(MessageView),
  /** The requests of a call from (or to) a mobile; only of the events that are told. */
  requests: Type.Array(
    Type.Object({
      type: Type.String(),
      method: Type.Union([Type.Literal('GET'), Type.Literal('POST')]),
      url: Type.String({ description: 'User name and password in it masked' }),
      contentType: Type.String({ description: 'Empty for a GET' }),
      body: Type.String({ description: 'Empty for a GET' }),
    }),
  ),
});
export type DestinationPreview = Static<typeof DestinationPreview>;

export const SecretQuery = Type.Object(
  {
    destination: Type.Optional(place),
    secret: Type.Optional(
      Type.String({
        maxLength: 256,
        description: 'A secret of your own, whsec_<base64 of 24 to 64 bytes>; absent: one is made',
      }),
    ),
  },
  closed,
);
export type SecretQuery = Static<typeof SecretQuery>;

export const NewSecret = Type.Object({
  secret: Type.String({ description: 'The whole secret, whsec_…; shown this once' }),
  key: SigningKeyView,
});
export type NewSecret = Static<typeof NewSecret>;
