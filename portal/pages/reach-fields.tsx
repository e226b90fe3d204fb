// What a user or a token may reach, as form fields: role, customer, lines. Nobody offers more than he has;
// the server decides. Users and tokens share it.

import type { VNode } from 'preact';
import { useState } from 'preact/hooks';
import type { CustomerView, Me, UserInput } from '../../src/web/api/schemas.ts';
import type { ApiProblem } from '../api.ts';
import { t } from '../i18n/i18n.ts';
import { Radio, Select, Textarea } from '../kit/form.tsx';
import { PhoneNumber } from '../kit/values.tsx';
import { fieldError } from '../kit/words.tsx';
import { useReading } from '../reading.ts';
import { useMe } from '../session.ts';
import { sameNumber } from './call-words.ts';
import { LineChooser } from './line-chooser.tsx';
import { looksLikeNumber, shortened } from './name-rules.ts';

type Role = Me['role'];

/** As it stands in the form: the lines are what was typed. */
export interface ReachDraft {
  readonly role: Role;
  readonly customer: string;
  readonly lines: string;
}

const BELOW: Readonly<Record<Role, readonly Role[]>> = {
  operator: ['operator', 'manager', 'user'],
  manager: ['manager', 'user'],
  user: ['user'],
};

/** The reach that a new user or token has at first: as little as possible. */
export function emptyReach({ customer, lines }: Pick<Me, 'customer' | 'lines'>): ReachDraft {
  return { role: 'user', customer: customer ?? '', lines: (lines ?? []).join('\n') };
}

/** As the API takes it. */
export function reachOf(draft: ReachDraft): Pick<UserInput, 'role' | 'customer' | 'lines'> {
  const { role, customer } = draft;
  return {
    role,
    ...(role === 'operator' ? {} : { customer }),
    ...(role === 'user' ? { lines: numbersIn(draft.lines) } : {}),
  };
}

/** Whether the form lacks something that the server would refuse. */
export function isReachWhole(draft: ReachDraft): boolean {
  if (draft.role === 'operator') return true;
  return draft.customer !== '' && linesFault(draft) === '';
}

/** What is wrong with the lines as they are typed; the server knows which there are. */
function linesFault({ role, lines }: ReachDraft): string {
  if (role !== 'user') return '';
  const numbers = numbersIn(lines);
  const wrong = numbers.find((number) => !looksLikeNumber(number));
  if (wrong !== undefined) return t.admin.lineForm(shortened(wrong));
  return numbers.length === 0 ? t.admin.linesMissing : '';
}

export function ReachFields({
  draft,
  onDraft,
  tried,
  problem,
}: {
  readonly draft: ReachDraft;
  readonly onDraft: (draft: ReachDraft) => void;
  /** Whether what is missing is to be said. */
  readonly tried: boolean;
  readonly problem: ApiProblem | null;
}): VNode {
  const me = useMe();
  const roles = BELOW[me.role];
  const customers = useReading<{ items: CustomerView[] }>(
    me.role === 'operator' ? 'customers' : null,
  );
  const { role, customer, lines } = draft;
  const missing = (is: boolean, text: string): string => (tried && is ? text : '');
  return (
    <>
      {roles.length > 1 && (
        <fieldset class="stack tight">
          <legend class="field-label">{t.admin.role}</legend>
          {roles.map((each) => (
            <Radio
              key={each}
              name="role"
              label={t.admin.roles[each]}
              hint={t.admin.roleHints[each]}
              checked={role === each}
              onChange={() => onDraft({ ...draft, role: each })}
            />
          ))}
        </fieldset>
      )}
      {me.role === 'operator' && role !== 'operator' && (
        <Select
          label={t.admin.customer}
          value={customer}
          onChange={(chosen) => onDraft({ ...draft, customer: chosen })}
          error={
            fieldError(problem, 'customer') || missing(customer === '', t.admin.customerMissing)
          }
          options={[
            { value: '', label: t.admin.chooseCustomer },
            ...(customers.value?.items ?? []).map(({ name, title }) => ({
              value: name,
              label: title === '' ? name : `${title} (${name})`,
            })),
          ]}
        />
      )}
      {role === 'user' && (
        <Textarea
          label={t.admin.lines}
          hint={t.admin.linesHint}
          value={lines}
          onInput={(typed) => onDraft({ ...draft, lines: typed })}
          error={fieldError(problem, 'lines') || (tried ? linesFault(draft) : '')}
          code
        />
      )}
      {role === 'user' && <PickLines draft={draft} onDraft={onDraft} />}
    </>
  );
}

/** The customer's lines to choose from: what is chosen is written into the field above. */
function PickLines({
  draft,
  onDraft,
}: {
  readonly draft: ReachDraft;
  readonly onDraft: (draft: ReachDraft) => void;
}): VNode {
  const [open, setOpen] = useState(false);
  const { customer, lines } = draft;
  const typed = numbersIn(lines);
  const put = (numbers: readonly string[]): void =>
    onDraft({ ...draft, lines: numbers.join('\n') });
  return (
    <details onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>{t.admin.pickLines}</summary>
      {open && customer === '' && <p class="small soft">{t.admin.pickCustomerFirst}</p>}
      {open && customer !== '' && (
        <LineChooser
          key={customer}
          customer={customer}
          isChosen={(number) => typed.some((each) => sameNumber(each, number))}
          onToggle={(number, on) => {
            const others = typed.filter((each) => !sameNumber(each, number));
            put(on ? [...others, number] : others);
          }}
        />
      )}
    </details>
  );
}

/** Whose lines, in a table's cell. */
export function Reach({
  role,
  customer,
  lines,
}: {
  readonly role: Role;
  readonly customer: string | null;
  readonly lines: readonly string[];
}): VNode {
  const { role: mine } = useMe();
  const shownCustomer = mine === 'operator' && customer !== null ? customer : '';
  return (
    <div class="stack tight">
      <span>
        {t.admin.roles[role]}
        {shownCustomer !== '' && <span class="soft"> · {shownCustomer}</span>}
      </span>
      {role === 'user' && (
        <span class="row tight small soft">
          {lines.slice(0, MOST_SHOWN).map((number) => (
            <PhoneNumber key={number} number={number} />
          ))}
          {lines.length > MOST_SHOWN && t.admin.csv.andMore(String(lines.length - MOST_SHOWN))}
        </span>
      )}
    </div>
  );
}

const MOST_SHOWN = 6;

/** One number on each row; commas and semicolons part them too. Spaces belong to a number. */
function numbersIn(text: string): string[] {
  return text
    .split(/[\n,;]+/)
    .map((each) => each.trim())
    .filter((each) => each !== '');
}
