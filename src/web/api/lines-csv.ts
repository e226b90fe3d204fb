// Lines as a file for a spreadsheet, out and in. What the columns are and what is wrong in a row is
// src/lines/lines-csv.ts.

import { Type } from 'typebox';
import type { Refused } from '../../access/outcome.ts';
import { exportLines, importErrors, MOST_ERRORS, planImport } from '../../lines/lines-csv.ts';
import type { ImportError, ImportPlan } from '../../lines/lines-csv.ts';
import { maskUserInfo } from '../../notifications/url.ts';
import { whoseLines } from './lines.ts';
import { Refusal } from './problem.ts';
import { need } from './rooms.ts';
import type { Api, ApiRooms } from './rooms.ts';
import { ImportResult } from './schemas.ts';

const closed = { additionalProperties: false } as const;

export function addLinesCsv(api: Api, rooms: ApiRooms): void {
  const { access, lines, lineRules } = rooms;
  const tags = ['lines'];

  api.route({
    method: 'GET',
    url: '/lines.csv',
    schema: {
      tags,
      summary: 'Lines as CSV, without passwords',
      querystring: Type.Object(
        {
          customer: Type.Optional(Type.String({ maxLength: 64 })),
          separator: Type.Optional(
            Type.Union([Type.Literal(','), Type.Literal(';')], {
              description: '`;` for spreadsheets whose numbers have a decimal comma',
            }),
          ),
        },
        closed,
      ),
      response: {
        200: { description: 'The file', content: { 'text/csv': { schema: Type.String() } } },
      },
    },
    handler: async (request, reply) => {
      const { customer, separator = ',' } = request.query;
      const seen = whoseLines(need(request, 'operator', 'manager'), customer);
      const shown =
        seen === undefined
          ? []
          : seen.customer === undefined
            ? lines.all()
            : lines.ofCustomer(seen.customer);
      return reply
        .type('text/csv; charset=utf-8')
        .header('Content-Disposition', 'attachment; filename="lines.csv"')
        .send(exportLines(shown, maskUserInfo, { separator, bom: separator === ';' }));
    },
  });

  api.route({
    method: 'POST',
    url: '/lines.csv',
    schema: {
      tags,
      summary: 'Adds and changes lines from CSV: all of it, or nothing where a row is wrong',
      consumes: ['text/csv'],
      querystring: Type.Object(
        { dry: Type.Optional(Type.Literal('1', { description: 'Only checks' })) },
        closed,
      ),
      body: Type.Unsafe<Uint8Array>({
        description:
          'A header row with `number` and any of the columns of GET; new lines need `password`',
      }),
      response: { 200: ImportResult },
    },
    handler: async (request) => {
      need(request, 'operator');
      const { body } = request;
      if (!(body instanceof Uint8Array)) {
        throw new Refusal(415, 'unsupported-media-type', 'Send the file as text/csv');
      }
      const planned = await planImport(body, lines, lineRules);
      const plan = planned.errors.length > 0 ? planned : await withNamesChecked(planned);
      if (plan.errors.length > 0 || request.query.dry !== undefined) return present(plan, false);
      const result = await lines.setMany(plan.edits);
      if (result.ok) return present(plan, true);
      // The lines changed while the file was being checked.
      return present({ ...plan, errors: importErrors(result.errors, plan.rows) }, false);
    },
  });

  /** With the rows that give a line to a customer who is gone, while history is kept under his name. */
  async function withNamesChecked(plan: ImportPlan): Promise<ImportPlan> {
    const errors: ImportError[] = [];
    const gone = new Map<string, Refused | undefined>();
    for (const [at, edit] of plan.edits.entries()) {
      const { customer = '' } = 'add' in edit ? edit.add : edit.changes;
      if (!gone.has(customer)) {
        const named = await access.mayNameCustomer(customer);
        gone.set(customer, named.ok ? undefined : named);
      }
      const refused = gone.get(customer);
      if (refused === undefined || errors.length === MOST_ERRORS) continue;
      const { code, error: text, values = {} } = refused;
      errors.push({ row: plan.rows[at]!, field: 'customer', code, text, values });
    }
    return { ...plan, errors };
  }
}

function present({ added, changed, unchanged, errors }: ImportPlan, done: boolean): ImportResult {
  return {
    done,
    added: [...added],
    changed: [...changed],
    unchanged,
    errors: errors.map(({ values, ...error }) =>
      values === undefined ? error : { ...error, values: { ...values } },
    ),
  };
}
