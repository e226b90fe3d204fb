// The shapes of the REST API: what is sent and answered, as TypeBox schemas from which requests are
// checked, types taken and the OpenAPI document made. The pages use these types and no others. The
// routes are the files beside it.

import { Type } from 'typebox';
import type { Static, TSchema } from 'typebox';

const closed = { additionalProperties: false } as const;
const time = Type.String({ format: 'date-time', description: 'ISO 8601 in UTC' });
const orNull = <T extends TSchema>(schema: T) => Type.Union([schema, Type.Null()]);

/** A line's number in the international form without plus. */
export const NumberText = Type.String({
  minLength: 1,
  maxLength: 32,
  description:
    'International form without plus, e.g. 33123456789; other usual forms are understood',
  examples: ['33123456789'],
});

export const RoleName = Type.Union(
  [Type.Literal('operator'), Type.Literal('manager'), Type.Literal('user')],
  {
    description:
      'operator: everything; manager: all lines of one customer; user: some lines of one customer',
  },
);

/** A sentence for a person, and its stable code (src/message.ts). */
export const MessageView = Type.Object({
  code: Type.String(),
  text: Type.String(),
  values: Type.Optional(Type.Record(Type.String(), Type.Union([Type.String(), Type.Number()]))),
});
export type MessageView = Static<typeof MessageView>;

/** RFC 9457, with `code`; `errors` where single fields are wrong. */
export const Problem = Type.Object({
  type: Type.String({ examples: ['about:blank'] }),
  title: Type.String(),
  status: Type.Integer(),
  detail: Type.String({ description: 'What is wrong and what to write instead' }),
  code: Type.String({ description: 'Stable, e.g. not-found, invalid, wrong-password' }),
  values: Type.Optional(Type.Record(Type.String(), Type.Union([Type.String(), Type.Number()]))),
  errors: Type.Optional(
    Type.Array(
      Type.Object({
        field: Type.String(),
        code: Type.String(),
        text: Type.String(),
        values: Type.Optional(
          Type.Record(Type.String(), Type.Union([Type.String(), Type.Number()])),
        ),
      }),
    ),
  ),
});
export type Problem = Static<typeof Problem>;

/** The answer of what has nothing to say but that it is done (204). */
export const Nothing = Type.Null();

/** The answer of what has only begun (202). */
export const Empty = Type.Object({});

// --- Who asks ------------------------------------------------------------------------------------

export const SignIn = Type.Union([
  Type.Object(
    { name: Type.String({ maxLength: 64 }), password: Type.String({ maxLength: 256 }) },
    closed,
  ),
  Type.Object(
    { link: Type.String({ maxLength: 128, description: 'A one-time sign-in link' }) },
    closed,
  ),
]);
export type SignIn = Static<typeof SignIn>;

/** Who is signed in, and what this server is. */
export const Me = Type.Object({
  kind: Type.Union([Type.Literal('user'), Type.Literal('token')]),
  name: Type.String(),
  role: RoleName,
  customer: orNull(Type.String()),
  lines: orNull(Type.Array(Type.String(), { description: 'Only for the role user' })),
  hasPassword: Type.Boolean(),
  /** What the `X-CSRF-Token` header of every changing request made with the cookie must hold. */
  csrf: orNull(Type.String()),
  server: Type.Object({
    version: Type.String(),
    sandbox: Type.Boolean(),
    country: Type.String(),
    realm: Type.String(),
    buzzeePreset: Type.String(),
  }),
});
export type Me = Static<typeof Me>;

export const PasswordChange = Type.Object(
  {
    current: Type.String({ maxLength: 256, description: 'Empty where none is set' }),
    password: Type.String({ minLength: 10, maxLength: 256 }),
  },
  closed,
);

// --- Lines ---------------------------------------------------------------------------------------

export const TerminalView = Type.Object({
  contact: Type.String(),
  transport: Type.String(),
  address: Type.String(),
  userAgent: Type.String(),
  registeredAt: time,
  expiresAt: time,
});
export type TerminalView = Static<typeof TerminalView>;

export const CallView = Type.Object({
  callref: Type.String(),
  dref: Type.String(),
  account: Type.String(),
  caller: Type.String({ description: 'anonymous where hidden' }),
  callee: Type.String(),
  state: Type.Union([Type.Literal('SETUP'), Type.Literal('CONNECT'), Type.Literal('RELEASE')]),
  setupAt: time,
  connectAt: orNull(time),
  releaseAt: orNull(time),
  cause: orNull(Type.String()),
});
export type CallView = Static<typeof CallView>;

export const AttemptView = Type.Object({
  at: time,
  ms: Type.Integer(),
  status: orNull(Type.Integer()),
  error: orNull(Type.String()),
  failure: orNull(Type.String({ description: 'Stable class of the failure' })),
  address: orNull(Type.String({ description: 'Address and port that was connected to' })),
  answer: orNull(Type.String({ description: "First 2 kB of the answer's body" })),
});
export type AttemptView = Static<typeof AttemptView>;

export const NotificationView = Type.Object({
  id: Type.String(),
  callref: Type.String(),
  account: Type.String(),
  type: Type.String(),
  url: Type.String({ description: 'User name and password in it masked' }),
  state: Type.Union([Type.Literal('pending'), Type.Literal('delivered'), Type.Literal('parked')]),
  createdAt: time,
  destination: Type.Integer({
    description: '0 for the notification URL, 1 for Buzzee, else the id of a further destination',
  }),
  method: Type.Union([Type.Literal('GET'), Type.Literal('POST')]),
  body: Type.String({ description: 'What is sent by POST; empty for a GET' }),
  attempts: Type.Array(AttemptView),
});
export type NotificationView = Static<typeof NotificationView>;

/** Which ended notifications are to be sent again. */
export const Replay = Type.Object(
  {
    line: Type.Optional(Type.String({ maxLength: 64 })),
    state: Type.Optional(
      Type.Union([Type.Literal('parked'), Type.Literal('delivered'), Type.Literal('ended')], {
        description: 'parked (the default), delivered, or ended for both',
      }),
    ),
    from: Type.Optional(Type.String({ format: 'date-time', description: 'Of events at or after' })),
    to: Type.Optional(Type.String({ format: 'date-time', description: 'Of events before' })),
    after: Type.Optional(
      Type.String({ maxLength: 64, description: '`next` of the part before: goes on behind it' }),
    ),
  },
  { additionalProperties: false },
);

export const Replayed = Type.Object({
  count: Type.Integer({ description: 'How many wait again' }),
  more: Type.Boolean({ description: 'Whether there are more: ask for them with `after`' }),
  next: orNull(Type.String({ description: 'Where the next part begins' })),
});

/** A line in a list, with what happens on it now. */
export const LineItem = Type.Object({
  number: Type.String(),
  title: Type.String(),
  short: Type.String(),
  offer: Type.String(),
  customer: Type.String(),
  api: Type.Boolean(),
  buzzee: Type.Boolean(),
  terminals: Type.Array(TerminalView),
  /** The calls that ring or talk now. */
  calls: Type.Array(CallView),
  lastNotification: orNull(NotificationView),
});
export type LineItem = Static<typeof LineItem>;

const settings = {
  title: Type.String(),
  short: Type.String(),
  offer: Type.String(),
  customer: Type.String(),
  notificationUrl: Type.String({ description: 'User name and password in it masked as ***' }),
  sourceIp: Type.String(),
  sourceIpMatch: Type.Union([Type.Literal('whole'), Type.Literal('search')]),
  buzzeeUrl: Type.String(),
  api: Type.Boolean(),
  autoAnswer: Type.Boolean(),
  origins: Type.Array(Type.String()),
  deliveryTimeoutS: Type.Number({
    description: 'Seconds that a receiver has to answer, 0.5 to 30; 0: as the server is set',
  }),
  deliveryWindowS: Type.Number({
    description:
      'Seconds for which a notification is tried again, 1 to 86400; 0: as the server is set',
  }),
  deliveryRetryS: Type.Array(Type.Number(), {
    description:
      'Seconds between the tries, up to 20 of 0.5 to 3600, the last repeated; empty: as the server is set',
  }),
  deliveryMode: Type.Union(
    [Type.Literal(''), Type.Literal('at-least-once'), Type.Literal('at-most-once')],
    {
      description:
        'at-most-once: what may have arrived is not sent again; empty: as the server is set',
    },
  ),
};

/** How a line's notifications are delivered: what it sets itself, else what the server does. */
export const DeliveryView = Type.Object({
  timeoutS: Type.Number(),
  windowS: Type.Number(),
  retryS: Type.Array(Type.Number()),
  mode: Type.Union([Type.Literal('at-least-once'), Type.Literal('at-most-once')]),
});
export type DeliveryView = Static<typeof DeliveryView>;

export const LineView = Type.Object({
  ...settings,
  number: Type.String(),
  terminals: Type.Array(TerminalView),
  calls: Type.Array(CallView),
  lastNotification: orNull(NotificationView),
  delivery: DeliveryView,
  /** What may be changed on it by who asks. */
  may: Type.Array(Type.String()),
  /** What to type into a telephone. */
  sip: Type.Object({
    server: Type.String(),
    port: Type.Integer(),
    user: Type.String(),
    transports: Type.Array(Type.String()),
  }),
  /** What to call for makecall, e.g. `http://192.0.2.1:8080/makecall.html`. */
  makecallUrl: Type.String(),
  /** What is probably wrong with what is set now. */
  warnings: Type.Array(MessageView),
  sourceIpState: Type.Union([
    Type.Literal('unset'),
    Type.Literal('valid'),
    Type.Literal('invalid'),
  ]),
});
export type LineView = Static<typeof LineView>;

/** Only what is to change; an empty text clears. A masked user name and password stay as they are. */
export const LineChange = Type.Partial(
  Type.Object({ ...settings, password: Type.String({ maxLength: 256 }) }),
  closed,
);
export type LineChange = Static<typeof LineChange>;

export const NewLine = Type.Object(
  {
    number: NumberText,
    ...Type.Partial(Type.Object({ ...settings, password: Type.String({ maxLength: 256 }) }))
      .properties,
  },
  closed,
);
export type NewLine = Static<typeof NewLine>;

export const LineChanged = Type.Object({
  line: LineView,
  warnings: Type.Array(MessageView),
  /** Where a password was made by the server: shown this once. */
  password: Type.Optional(Type.String()),
});
export type LineChanged = Static<typeof LineChanged>;

export const NewPassword = Type.Object({
  password: Type.String({ description: 'Shown this once; the telephones must register again' }),
});
export type NewPassword = Static<typeof NewPassword>;

export const CopySettings = Type.Object(
  {
    to: Type.Array(NumberText, { minItems: 1, maxItems: 1000 }),
    settings: Type.Array(
      Type.Union([
        Type.Literal('notificationUrl'),
        Type.Literal('sourceIp'),
        Type.Literal('buzzeeUrl'),
        Type.Literal('api'),
        Type.Literal('origins'),
      ]),
      { minItems: 1, description: 'sourceIp copies sourceIpMatch with it' },
    ),
  },
  closed,
);
export type CopySettings = Static<typeof CopySettings>;

export const Copied = Type.Object({ copied: Type.Array(Type.String()) });
export type Copied = Static<typeof Copied>;

// --- Before something is saved -------------------------------------------------------------------

export const PreviewQuery = Type.Object(
  { template: Type.String({ maxLength: 16_384 }), buzzee: Type.Optional(Type.Boolean()) },
  closed,
);
export type PreviewQuery = Static<typeof PreviewQuery>;

export const Preview = Type.Object({
  /** Null where the template can be saved. */
  error: orNull(MessageView),
  warnings: Type.Array(MessageView),
  /** The three requests of a call from a mobile: whole URLs, user name and password masked. */
  requests: Type.Array(
    Type.Object({ type: Type.String(), method: Type.Literal('GET'), url: Type.String() }),
  ),
});
export type Preview = Static<typeof Preview>;

export const SourceIpQuery = Type.Object(
  {
    pattern: Type.String({ maxLength: 2048 }),
    match: Type.Union([Type.Literal('whole'), Type.Literal('search')]),
    address: Type.Optional(Type.String({ maxLength: 128 })),
  },
  closed,
);
export type SourceIpQuery = Static<typeof SourceIpQuery>;

const verdict = Type.Object({
  address: Type.String(),
  verdict: Type.Union([
    Type.Literal('accepted'),
    Type.Literal('no-match'),
    Type.Literal('unset'),
    Type.Literal('invalid'),
    Type.Literal('no-address'),
  ]),
});
export const SourceIpAnswer = Type.Object({
  state: Type.Union([Type.Literal('unset'), Type.Literal('valid'), Type.Literal('invalid')]),
  /** Why it is invalid: Digest then applies. */
  error: orNull(Type.String()),
  /** The address that this very request came from. */
  yours: verdict,
  asked: orNull(verdict),
  /** Examples near the pattern: some that it accepts, some that it refuses. */
  accepts: Type.Array(Type.String()),
  refuses: Type.Array(Type.String()),
  /** E.g. it accepts every address, or more than its writer may think. */
  warnings: Type.Array(MessageView),
});
export type SourceIpAnswer = Static<typeof SourceIpAnswer>;

export const TestQuery = Type.Object(
  {
    template: Type.Optional(
      Type.String({ maxLength: 16_384, description: 'Absent: what the line has now' }),
    ),
    buzzee: Type.Optional(Type.Boolean({ description: 'The Buzzee server instead' })),
  },
  closed,
);
export type TestQuery = Static<typeof TestQuery>;

/** What came back for one of the requests of a test call. */
export const TestResult = Type.Object({
  type: Type.String(),
  method: Type.Union([Type.Literal('GET'), Type.Literal('POST')]),
  url: Type.String({ description: 'User name and password in it masked' }),
  at: time,
  ms: Type.Integer(),
  status: orNull(Type.Integer()),
  ok: Type.Boolean(),
  /** In words: arrived, slow, name-not-found, refused, certificate, redirect, status-404, timeout… */
  diagnosis: MessageView,
});
export type TestResult = Static<typeof TestResult>;

export const TestAnswer = Type.Object({
  /** Begins with `test-`, so that the receiver can tell. */
  callref: Type.String(),
  results: Type.Array(TestResult),
  /** What differs from a real call: the destination is off, some events are left out… */
  notes: Type.Array(MessageView),
});
export type TestAnswer = Static<typeof TestAnswer>;

// --- Calls and notifications ---------------------------------------------------------------------

export const pageOf = <T extends TSchema>(item: T) =>
  Type.Object({
    items: Type.Array(item),
    next: orNull(
      Type.String({ description: 'Give it as `after` for the next page; null: the end' }),
    ),
  });
export interface Page<T> {
  items: T[];
  next: string | null;
}

export const CallDetail = Type.Object({
  call: CallView,
  /** The calls of other lines in the same dialogue that who asks may read. */
  related: Type.Array(CallView),
  notifications: Type.Array(NotificationView),
});
export type CallDetail = Static<typeof CallDetail>;

// --- Customers, users, tokens --------------------------------------------------------------------

export const CustomerView = Type.Object({
  name: Type.String(),
  title: Type.String(),
  lines: Type.Integer(),
  users: Type.Integer(),
});
export type CustomerView = Static<typeof CustomerView>;

const reach = {
  role: RoleName,
  customer: orNull(Type.String()),
  lines: Type.Array(Type.String()),
};
export const UserView = Type.Object({
  name: Type.String(),
  ...reach,
  hasPassword: Type.Boolean(),
  createdAt: time,
});
export type UserView = Static<typeof UserView>;

export const UserInput = Type.Object(
  {
    role: RoleName,
    customer: Type.Optional(Type.String()),
    lines: Type.Optional(Type.Array(NumberText, { maxItems: 1000 })),
    password: Type.Optional(Type.String({ maxLength: 256 })),
  },
  closed,
);
export type UserInput = Static<typeof UserInput>;

export const CustomerInput = Type.Object(
  {
    name: Type.String({ maxLength: 64, description: '1 to 32 of a-z, 0-9 and dash' }),
    title: Type.Optional(Type.String({ maxLength: 256 })),
    again: Type.Optional(
      Type.Boolean({
        description: 'It was there before: it gets the history that is kept under its name',
      }),
    ),
  },
  closed,
);
export type CustomerInput = Static<typeof CustomerInput>;

export const CustomerChange = Type.Object({ title: Type.String({ maxLength: 256 }) }, closed);
export type CustomerChange = Static<typeof CustomerChange>;

export const SignInLink = Type.Object({
  url: Type.String({ description: 'Good once' }),
  expiresAt: time,
});
export type SignInLink = Static<typeof SignInLink>;

export const TokenInput = Type.Object(
  {
    name: Type.String({ maxLength: 256, description: 'What the program is called' }),
    role: RoleName,
    customer: Type.Optional(Type.String({ maxLength: 64 })),
    lines: Type.Optional(Type.Array(NumberText, { maxItems: 1000 })),
  },
  closed,
);
export type TokenInput = Static<typeof TokenInput>;

export const TokenView = Type.Object({
  id: Type.String(),
  name: Type.String(),
  ...reach,
  createdAt: time,
});
export type TokenView = Static<typeof TokenView>;

export const NewToken = Type.Object({
  token: TokenView,
  secret: Type.String({
    description: 'The whole token, for `Authorization: Bearer`; shown this once',
  }),
});
export type NewToken = Static<typeof NewToken>;

// --- The sandbox ---------------------------------------------------------------------------------

export const SimulateQuery = Type.Object(
  {
    caller: Type.String({ maxLength: 32 }),
    callee: Type.String({ maxLength: 32 }),
    outcome: Type.Optional(Type.Union([Type.Literal('busy'), Type.Literal('no-answer')])),
    answerAfterS: Type.Optional(Type.Number({ minimum: 0, maximum: 60 })),
    talkS: Type.Optional(Type.Number({ minimum: 0, maximum: 300 })),
  },
  closed,
);
export type SimulateQuery = Static<typeof SimulateQuery>;

// --- CSV -----------------------------------------------------------------------------------------

export const ImportResult = Type.Object({
  /** False where the file was only checked, or nothing was done because a row is wrong. */
  done: Type.Boolean(),
  added: Type.Array(Type.String()),
  changed: Type.Array(Type.String()),
  unchanged: Type.Integer(),
  errors: Type.Array(
    Type.Object({
      row: Type.Integer(),
      field: orNull(Type.String()),
      code: Type.String(),
      text: Type.String(),
      values: Type.Optional(Type.Record(Type.String(), Type.Union([Type.String(), Type.Number()]))),
    }),
  ),
});
export type ImportResult = Static<typeof ImportResult>;
