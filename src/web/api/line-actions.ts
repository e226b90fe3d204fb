// What is done with a line besides setting it: a new password, its settings copied to others, a test of
// its notifications. Each is small for who asks and has consequences at once.

import type { FastifyRequest } from 'fastify';
import { mayRead } from '../../access/principal.ts';
import type { LineChanges } from '../../lines/lines.ts';
import type { Line } from '../../lines/line.ts';
import { unmask } from '../../lines/masked-url.ts';
import { BUZZEE_URL, NOTIFICATION_URL } from '../../notifications/destination.ts';
import { makePassword } from './line-password.ts';
import { onOrOff } from './lines.ts';
import { readTemplate } from './notification-template.ts';
import { invalid } from './problem.ts';
import { lineRefusal } from './refused.ts';
import { lineFor, NumberPath, numberIn, principalOf } from './rooms.ts';
import type { Api, ApiRooms } from './rooms.ts';
import { Copied, CopySettings, NewPassword, TestAnswer, TestQuery } from './schemas.ts';
import { testAnswer } from './test-answer.ts';

export function addLineActions(api: Api, rooms: ApiRooms): void {
  const { lines } = rooms;
  const tags = ['lines'];

  api.route({
    method: 'POST',
    url: '/lines/:number/password',
    schema: {
      tags,
      summary: 'Makes a new password for its telephones, which must register again',
      params: NumberPath,
      response: { 200: NewPassword },
    },
    handler: async (request) => {
      const line = lineFor(request, request.params.number, rooms);
      const password = makePassword();
      const changed = await lines.set(line.number, { password }, line.customer);
      if (!changed.ok) throw lineRefusal(changed);
      return { password };
    },
  });

  api.route({
    method: 'POST',
    url: '/lines/:number/copy',
    schema: {
      tags,
      summary: 'Copies settings to other lines: to all of them, or to none',
      params: NumberPath,
      body: CopySettings,
      response: { 200: Copied },
    },
    handler: async (request) => {
      const from = lineFor(request, request.params.number, rooms);
      const { to, settings } = request.body;
      const targets = new Map<string, Line>();
      for (const text of to) {
        const line = target(request, text);
        if (line.number !== from.number) targets.set(line.number, line);
      }
      const changes = Object.assign({}, ...settings.map((name) => settingOf(from, name)));
      const edits = [...targets.values()].map(({ number, customer }) => ({
        set: number,
        changes,
        customer,
      }));
      const result = await lines.setMany(edits);
      if (!result.ok) throw lineRefusal(result.errors[0]!);
      return { copied: result.lines.map(({ number }) => number) };
    },
  });

  api.route({
    method: 'POST',
    url: '/lines/:number/test-notification',
    schema: {
      tags,
      summary: 'Sends a marked test call to the notification URL and says what came back',
      params: NumberPath,
      body: TestQuery,
      response: { 200: TestAnswer },
    },
    handler: async (request) => {
      const line = lineFor(request, request.params.number, rooms);
      const { template, buzzee = false } = request.body;
      const field = buzzee ? 'buzzeeUrl' : 'notificationUrl';
      const given = template === undefined ? undefined : unmask(template, line[field], 'template');
      if (given && !given.ok) throw lineRefusal(given);
      const read = readTemplate(given?.url ?? line[field], buzzee, rooms);
      if (!read.ok) throw invalid('template', read.error.code, read.error.text, read.error.values);
      const place = buzzee ? BUZZEE_URL : NOTIFICATION_URL;
      const test = { account: line.number, place, template: read.template };
      return testAnswer(rooms.testCalls, test);
    },
  });

  /** A line to copy to; one that is not there and one that is somebody else's look the same. */
  function target(request: FastifyRequest, text: string): Line {
    const number = numberIn('to', text, rooms);
    const line = lines.byNumber(number);
    if (line && mayRead(principalOf(request), line)) return line;
    throw invalid('to', 'no-such-line', `There is no line ${number} that is yours`, { number });
  }
}

/** One setting of a line as the text that another is set with. */
function settingOf(line: Line, name: CopySettings['settings'][number]): LineChanges {
  switch (name) {
    case 'api':
      return { api: onOrOff(line.api) };
    case 'origins':
      return { origins: line.origins.join(' ') };
    case 'sourceIp':
      return { sourceIp: line.sourceIp, sourceIpMatch: line.sourceIpMatch };
    default:
      return { [name]: line[name] };
  }
}
