// Lines as a CSV file: out, for the operator and managers; in, for the operator. A file is checked first
// and shown row by row; only then it may be applied, all of it or nothing.

import type { VNode } from 'preact';
import { useRef, useState } from 'preact/hooks';
import type { CustomerView, ImportResult } from '../../src/web/api/schemas.ts';
import { apiUrl, send, withQuery } from '../api.ts';
import type { ApiProblem } from '../api.ts';
import { numberText, plural } from '../i18n/format.ts';
import { t } from '../i18n/i18n.ts';
import { sentence } from '../i18n/message.ts';
import { Button, ButtonLink } from '../kit/button.tsx';
import { Field, Select } from '../kit/form.tsx';
import { DownloadIcon } from '../kit/icons.tsx';
import { Card, Page } from '../kit/page.tsx';
import { Table } from '../kit/table.tsx';
import { PhoneNumber } from '../kit/values.tsx';
import { Badge, Note, problemText } from '../kit/words.tsx';
import { useReading } from '../reading.ts';
import { useMe } from '../session.ts';
import './records.css';

/** Checking ten thousand rows with their passwords takes its time. */
const IMPORT_MS = 180_000;
const MOST_SHOWN = 200;

export function ImportPage(): VNode {
  const isOperator = useMe().role === 'operator';
  return (
    <Page title={isOperator ? t.admin.csv.title : t.admin.csv.titleExport}>
      <ExportCard />
      {isOperator && <ImportCard />}
    </Page>
  );
}

function ExportCard(): VNode {
  const isOperator = useMe().role === 'operator';
  const { value } = useReading<{ items: CustomerView[] }>(isOperator ? 'customers' : null);
  const [customer, setCustomer] = useState('');
  const file = (separator: string): string =>
    apiUrl(withQuery('lines.csv', { customer, separator }));
  return (
    <Card title={t.admin.csv.exportTitle} lead={t.admin.csv.exportLead}>
      <div class="stack">
        {isOperator && (value?.items.length ?? 0) > 1 && (
          <div class="filters">
            <Select
              label={t.admin.customer}
              value={customer}
              onChange={setCustomer}
              options={[
                { value: '', label: t.admin.csv.allCustomers },
                ...(value?.items ?? []).map(({ name, title }) => ({
                  value: name,
                  label: title === '' ? name : `${title} (${name})`,
                })),
              ]}
            />
          </div>
        )}
        <div class="row">
          <ButtonLink icon={DownloadIcon} href={file(';')} download="lines.csv">
            {t.admin.csv.spreadsheet}
          </ButtonLink>
          <ButtonLink icon={DownloadIcon} href={file(',')} download="lines.csv">
            {t.admin.csv.plain}
          </ButtonLink>
        </div>
      </div>
    </Card>
  );
}

function ImportCard(): VNode {
  const input = useRef<HTMLInputElement>(null);
  const [text, setText] = useState('');
  const [result, setResult] = useState<ImportResult | null>(null);
  const [problem, setProblem] = useState<ApiProblem | null>(null);
  const [fault, setFault] = useState('');
  const [busy, setBusy] = useState<'check' | 'apply' | null>(null);

  const ask = async (body: string, dry: boolean): Promise<void> => {
    setBusy(dry ? 'check' : 'apply');
    setProblem(null);
    const answer = await send<ImportResult>(withQuery('lines.csv', { dry: dry ? 1 : '' }), {
      method: 'POST',
      body,
      type: 'text/csv',
      timeoutMs: IMPORT_MS,
    });
    setBusy(null);
    setResult(answer.ok ? answer.value : null);
    if (!answer.ok) setProblem(answer.problem);
  };
  const check = async (): Promise<void> => {
    const file = input.current?.files?.[0];
    setResult(null);
    setProblem(null);
    setFault(file === undefined ? t.admin.csv.fileMissing : '');
    if (file === undefined || busy !== null) return;
    try {
      const read = decode(await file.arrayBuffer());
      setText(read);
      await ask(read, true);
    } catch {
      // The file was changed or moved after it was chosen.
      setFault(t.admin.csv.unreadable);
    }
  };
  const isRefused = result !== null && result.errors.length > 0;
  const fileError =
    fault || (isRefused ? t.admin.csv.withErrors : problem === null ? '' : problemText(problem));
  const isReady =
    result !== null &&
    !result.done &&
    result.errors.length === 0 &&
    result.added.length + result.changed.length > 0;
  return (
    <Card title={t.admin.csv.importTitle} lead={t.admin.csv.importLead}>
      <div class="stack">
        <form
          class="stack"
          noValidate
          onSubmit={(event) => {
            event.preventDefault();
            void check();
          }}
        >
          <Field label={t.admin.csv.file} hint={t.admin.csv.fileHint} error={fileError}>
            {(ties) => (
              <input
                {...ties}
                ref={input}
                class="input"
                type="file"
                accept=".csv,text/csv"
                onChange={() => {
                  setResult(null);
                  setProblem(null);
                  setFault('');
                }}
              />
            )}
          </Field>
          <div class="form-foot">
            <Button type="submit" look={isReady ? 'plain' : 'primary'} busy={busy === 'check'}>
              {t.admin.csv.check}
            </Button>
          </div>
        </form>
        {result !== null && <Result result={result} />}
        {isReady && (
          <div class="form-foot">
            <Button look="primary" busy={busy === 'apply'} onClick={() => void ask(text, false)}>
              {t.admin.csv.apply}
            </Button>
          </div>
        )}
      </div>
    </Card>
  );
}

function Result({ result }: { readonly result: ImportResult }): VNode {
  const { done, added, changed, unchanged, errors } = result;
  const nothing = added.length + changed.length === 0;
  const [tone, words] = done
    ? (['good', t.admin.csv.applied] as const)
    : nothing
      ? (['good', t.admin.csv.nothing] as const)
      : (['info', t.admin.csv.checked] as const);
  return (
    <section class="stack" aria-label={t.admin.csv.result}>
      {/* What is wrong with the file is said at its field. */}
      {errors.length === 0 && <Note tone={tone} live title={words} />}
      <p class="row tight">
        {errors.length > 0 && (
          <Badge tone="bad">{plural(errors.length, t.admin.csv.errorCount)}</Badge>
        )}
        {errors.length === 0 && (
          <>
            <Badge tone="good">{plural(added.length, t.admin.csv.addedCount)}</Badge>
            <Badge tone="info">{plural(changed.length, t.admin.csv.changedCount)}</Badge>
            <Badge>{plural(unchanged, t.admin.csv.unchangedCount)}</Badge>
          </>
        )}
      </p>
      {errors.length > 0 && (
        <>
          <Table
            caption={t.admin.csv.errorsCaption}
            rows={errors.slice(0, MOST_SHOWN).map((error, index) => ({ ...error, index }))}
            keyOf={({ index }) => String(index)}
            columns={[
              { label: t.admin.csv.row, heading: true, cell: ({ row }) => numberText(row) },
              { label: t.admin.csv.field, cell: ({ field }) => <code>{field ?? '–'}</code> },
              {
                label: t.admin.csv.error,
                cell: (error) => <span class="anywhere">{sentence(error)}</span>,
              },
            ]}
          />
          <Rest shown={MOST_SHOWN} all={errors.length} />
        </>
      )}
      <Numbers words={plural(added.length, t.admin.csv.addedCount)} numbers={added} />
      <Numbers words={plural(changed.length, t.admin.csv.changedCount)} numbers={changed} />
    </section>
  );
}

function Numbers({
  words,
  numbers,
}: {
  readonly words: string;
  readonly numbers: readonly string[];
}): VNode | null {
  if (numbers.length === 0) return null;
  return (
    <details>
      <summary>{words}</summary>
      <ul class="numbers-list">
        {numbers.slice(0, MOST_SHOWN).map((number) => (
          <li key={number}>
            <PhoneNumber number={number} />
          </li>
        ))}
      </ul>
      <Rest shown={MOST_SHOWN} all={numbers.length} />
    </details>
  );
}

function Rest({ shown, all }: { readonly shown: number; readonly all: number }): VNode | null {
  if (all <= shown) return null;
  return <p class="small soft">{t.admin.csv.andMore(numberText(all - shown))}</p>;
}

/** UTF-8, else what spreadsheets on Windows still write. */
function decode(bytes: ArrayBuffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder('windows-1252').decode(bytes);
  }
}
