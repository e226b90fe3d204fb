// Before something is saved: what a notification URL would send, and whom a pattern of addresses lets in.
// Nothing is sent and nothing is kept.

import { Type } from 'typebox';
import { explainSourceIp } from '../../lines/explain-source-ip.ts';
import { previewRequests } from '../../notifications/preview.ts';
import type { E164 } from '../../numbers/e164.ts';
import { originOfRequest } from '../request-origin.ts';
import { presentMessage } from './line-views.ts';
import { readTemplate } from './notification-template.ts';
import { lineFor } from './rooms.ts';
import type { Api, ApiRooms } from './rooms.ts';
import { Preview, PreviewQuery, SourceIpAnswer, SourceIpQuery } from './schemas.ts';

/** The call of the guide's worked example. */
const sample = { account: '33123456789' as E164, caller: '33612345678' };

export function addChecks(api: Api, rooms: ApiRooms): void {
  const tags = ['checks'];

  api.route({
    method: 'POST',
    url: '/notification-preview',
    schema: {
      tags,
      summary: 'The three requests that a notification URL would send for a call',
      querystring: Type.Object(
        { line: Type.Optional(Type.String({ maxLength: 64, description: 'Whose call it is' })) },
        { additionalProperties: false },
      ),
      body: PreviewQuery,
      response: { 200: Preview },
    },
    handler: async (request) => {
      const { line } = request.query;
      const account = line === undefined ? sample.account : lineFor(request, line, rooms).number;
      const { template, buzzee = false } = request.body;
      const read = readTemplate(template, buzzee, rooms);
      if (!read.ok) return { error: presentMessage(read.error), warnings: [], requests: [] };
      return {
        error: null,
        warnings: read.warnings.map(presentMessage),
        requests: previewRequests(read.template, account, sample.caller),
      };
    },
  });

  api.route({
    method: 'POST',
    url: '/source-ip-test',
    schema: {
      tags,
      summary: 'Which addresses a pattern of source addresses accepts',
      body: SourceIpQuery,
      response: { 200: SourceIpAnswer },
    },
    handler: async (request) => {
      const { address } = originOfRequest(request.raw, rooms.proxies);
      const explained = explainSourceIp(request.body, address, request.body.address);
      return { ...explained, warnings: explained.warnings.map(presentMessage) };
    },
  });
}
