// The operator's customers: their titles, changed in place; what each has; adding and removing.

import type { VNode } from 'preact';
import { useState } from 'preact/hooks';
import type { CustomerView } from '../../src/web/api/schemas.ts';
import { patch, post } from '../api.ts';
import type { ApiProblem } from '../api.ts';
import { plural } from '../i18n/format.ts';
import { t } from '../i18n/i18n.ts';
import { Button } from '../kit/button.tsx';
import { Dialog, toast } from '../kit/dialog.tsx';
import { EditableText } from '../kit/editable-text.tsx';
import { TextInput } from '../kit/form.tsx';
import { CustomersIcon, TrashIcon } from '../kit/icons.tsx';
import { Page } from '../kit/page.tsx';
import { Table } from '../kit/table.tsx';
import { Empty, fieldError, ProblemBox, problemText, Skeleton } from '../kit/words.tsx';
import { useReading } from '../reading.ts';
import { hrefOf } from '../router.ts';
import { FaultForm } from './fault-form.tsx';
import { isCustomerName, isTitle, LONGEST_TITLE } from './name-rules.ts';
import { RemoveDialog } from './remove-dialog.tsx';

export function CustomersPage(): VNode {
  const { value, problem, reload, change } = useReading<{ items: CustomerView[] }>('customers');
  const [adding, setAdding] = useState(false);
  const [removing, setRemoving] = useState<string | null>(null);

  const rename = async (name: string, title: string): Promise<string> => {
    if (!isTitle(title)) return t.admin.customers.titleForm(LONGEST_TITLE);
    const answer = await patch<CustomerView>(`customers/${encodeURIComponent(name)}`, { title });
    if (!answer.ok) return problemText(answer.problem);
    change(({ items }) => ({
      items: items.map((each) => (each.name === name ? answer.value : each)),
    }));
    toast(t.admin.customers.saved);
    return '';
  };
  return (
    <Page
      title={t.admin.customers.title}
      lead={t.admin.customers.lead}
      actions={
        <Button look="primary" onClick={() => setAdding(true)}>
          {t.admin.customers.add}
        </Button>
      }
    >
      <ProblemBox problem={problem} retry={reload} />
      {value === null && problem === null && <Skeleton rows={4} />}
      {value?.items.length === 0 && <Empty icon={CustomersIcon} title={t.admin.customers.none} />}
      {value !== null && value.items.length > 0 && (
        <div class="card table-card">
          <Table
            caption={t.admin.customers.caption}
            rows={value.items}
            keyOf={({ name }) => name}
            columns={[
              {
                label: t.admin.name,
                heading: true,
                cell: ({ name }) => <span class="anywhere">{name}</span>,
              },
              {
                label: t.admin.customers.titleField,
                cell: ({ name, title }) => (
                  <EditableText
                    label={`${t.admin.customers.titleField} ${name}`}
                    value={title}
                    editable
                    onSave={(typed) => rename(name, typed)}
                  />
                ),
              },
              {
                label: t.admin.lines,
                cell: ({ name, lines }) => (
                  <a href={hrefOf(['lines'], { customer: name })}>
                    {plural(lines, t.admin.lineCount)}
                  </a>
                ),
              },
              {
                label: t.admin.customers.linesAndUsers,
                cell: ({ name, users }) => (
                  <a href={hrefOf(['users'], { customer: name })}>
                    {plural(users, t.admin.userCount)}
                  </a>
                ),
              },
              {
                label: '',
                end: true,
                cell: ({ name }) => (
                  <Button small icon={TrashIcon} onClick={() => setRemoving(name)}>
                    {t.admin.remove}
                    <span class="unseen"> {name}</span>
                  </Button>
                ),
              },
            ]}
          />
        </div>
      )}
      {adding && (
        <AddCustomer
          onClose={() => setAdding(false)}
          onAdded={(name) => {
            setAdding(false);
            toast(t.admin.customers.added(name));
            reload();
          }}
        />
      )}
      {removing !== null && (
        <RemoveDialog
          title={t.admin.customers.removeTitle(removing)}
          text={t.admin.customers.removeText}
          path={`customers/${encodeURIComponent(removing)}`}
          done={t.admin.customers.removed(removing)}
          onRemoved={reload}
          onClose={() => setRemoving(null)}
        />
      )}
    </Page>
  );
}

function AddCustomer({
  onClose,
  onAdded,
}: {
  readonly onClose: () => void;
  readonly onAdded: (name: string) => void;
}): VNode {
  const [name, setName] = useState('');
  const [title, setTitle] = useState('');
  const [tried, setTried] = useState(false);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<ApiProblem | null>(null);
  const key = name.trim().toLowerCase();
  const nameFault =
    key === '' ? t.admin.nameMissing : isCustomerName(key) ? '' : t.admin.customers.nameForm;
  const titleFault = isTitle(title.trim()) ? '' : t.admin.customers.titleForm(LONGEST_TITLE);
  const titleError = fieldError(problem, 'title') || (tried ? titleFault : '');
  // History is kept under this name: of the same customer perhaps, who then may have it back.
  const isKept = problem?.errors?.some(({ code }) => code === 'name-taken') === true;
  const nameError = isKept
    ? t.admin.customers.taken(key)
    : fieldError(problem, 'name') || (tried ? nameFault : '');
  const write = (typed: string): void => {
    setName(typed);
    if (isKept) setProblem(null);
  };

  const add = async (again: boolean): Promise<void> => {
    setTried(true);
    setProblem(null);
    if (busy || nameFault !== '' || titleFault !== '') return;
    setBusy(true);
    const answer = await post<CustomerView>('customers', {
      name: key,
      title: title.trim(),
      ...(again ? { again } : {}),
    });
    setBusy(false);
    if (answer.ok) onAdded(answer.value.name);
    else setProblem(answer.problem);
  };
  return (
    <Dialog title={t.admin.customers.add} onClose={onClose}>
      <FaultForm send={() => add(false)}>
        <TextInput
          label={t.admin.name}
          hint={t.admin.nameHint}
          value={name}
          onInput={write}
          error={nameError}
          code
        />
        {isKept && (
          <div>
            <Button busy={busy} onClick={() => void add(true)}>
              {t.admin.customers.again}
            </Button>
          </div>
        )}
        <TextInput
          label={t.admin.customers.titleField}
          hint={t.admin.customers.titleHint}
          value={title}
          onInput={setTitle}
          error={titleError}
        />
        {fieldError(problem, 'name') === '' && fieldError(problem, 'title') === '' && (
          <ProblemBox problem={problem} />
        )}
        <div class="form-foot">
          <Button type="submit" look="primary" busy={busy}>
            {t.admin.add}
          </Button>
          <Button onClick={onClose}>{t.kit.cancel}</Button>
        </div>
      </FaultForm>
    </Dialog>
  );
}
