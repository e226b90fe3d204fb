// For who writes software: programs for one very line, to copy, and the REST API. With `line` it is a tab
// of that line's page. The programs are made by makecall-samples.ts, receiver-samples.ts and
// verify-samples.ts.

import type { VNode } from 'preact';
import { useRef, useState } from 'preact/hooks';
import type { LineView } from '../../src/web/api/schemas.ts';
import { t } from '../i18n/i18n.ts';
import { tooLong } from '../i18n/message.ts';
import { Button } from '../kit/button.tsx';
import { TextInput } from '../kit/form.tsx';
import { DeveloperIcon } from '../kit/icons.tsx';
import { Card, Page } from '../kit/page.tsx';
import { Table } from '../kit/table.tsx';
import { Empty, Note, ProblemBox, Skeleton } from '../kit/words.tsx';
import { useLive } from '../live.ts';
import { useReading, useSettled } from '../reading.ts';
import type { Reading } from '../reading.ts';
import { hrefOf, replaceQuery, usePlace } from '../router.ts';
import { ApiOperations } from './api-operations.tsx';
import { Code } from './code.tsx';
import { LineChoice } from './line-choice.tsx';
import { makecallSample } from './makecall-samples.ts';
import type { SampleLanguage } from './makecall-samples.ts';
import { looksLikeNumber } from './name-rules.ts';
import { receiverSample } from './receiver-samples.ts';
import { LONGEST_NUMBER, useFewLines } from './short-listing.ts';
import { EXAMPLE_TEMPLATE, shapeOf } from './template-parameters.ts';
import { VerifyCard } from './verify-card.tsx';
import './records.css';

const LANGUAGES: readonly SampleLanguage[] = ['curl', 'php', 'python', 'typescript'];
const TYPING_MS = 350;

export function DeveloperPage({ line }: { readonly line?: string }): VNode {
  return line === undefined ? <WithChoice /> : <OfLine line={line} />;
}

function OfLine({ line }: { readonly line: string }): VNode {
  const reading = useLine(line);
  return (
    <div class="stack wide">
      <ProblemBox problem={reading.problem} retry={reading.reload} />
      <Samples reading={reading} />
      <ApiOperations />
    </div>
  );
}

/** The line, read again when it changes; an empty number is none. */
function useLine(number: string): Reading<LineView> {
  const reading = useReading<LineView>(
    number === '' ? null : `lines/${encodeURIComponent(number)}`,
  );
  useLive((event) => {
    if (event.type === 'reset') reading.reload();
    if (event.type === 'line' && event.data.line === reading.value?.number) reading.reload();
  });
  return reading;
}

function WithChoice(): VNode {
  const { query } = usePlace();
  const [chosen, setChosen] = useState(query.get('line') ?? '');
  const few = useFewLines(true);
  const fault = tooLong(chosen.trim(), LONGEST_NUMBER);
  const settled = useSettled(fault === '' ? chosen : '', TYPING_MS).trim();
  const number = settled === '' ? (few?.[0]?.number ?? '') : settled;
  const reading = useLine(number);
  const isUnknown = reading.problem?.status === 404;
  return (
    <Page title={t.developer.title} lead={t.developer.lead}>
      <div class="filters">
        <LineChoice
          value={chosen === '' ? number : chosen}
          all={false}
          error={fault || (isUnknown ? t.lines.unknown : '')}
          onChange={(next) => {
            setChosen(next);
            if (tooLong(next.trim(), LONGEST_NUMBER) === '') replaceQuery({ line: next });
          }}
        />
      </div>
      {!isUnknown && <ProblemBox problem={reading.problem} retry={reading.reload} />}
      {number === '' ? (
        <Empty icon={DeveloperIcon} title={t.developer.choose} />
      ) : (
        <Samples reading={reading} />
      )}
      <ApiOperations />
    </Page>
  );
}

function Samples({
  reading: { value, problem },
}: {
  readonly reading: Reading<LineView>;
}): VNode | null {
  const [language, setLanguage] = useState<SampleLanguage>('curl');
  if (value === null) return problem === null ? <Skeleton rows={6} /> : null;
  return (
    <>
      <div class="stack tight">
        <div class="row tight" role="group" aria-label={t.developer.language}>
          {LANGUAGES.map((each) => (
            <Button
              key={each}
              look={each === language ? 'primary' : 'plain'}
              aria-pressed={each === language}
              onClick={() => setLanguage(each)}
            >
              {t.developer.languages[each]}
            </Button>
          ))}
        </div>
        {t.developer.needs[language] !== '' && (
          <p class="small soft">{t.developer.needs[language]}</p>
        )}
      </div>
      <CallCard line={value} language={language} />
      <ReceiveCard line={value} language={language} />
      <VerifyCard line={value.number} language={language} />
    </>
  );
}

interface CardProps {
  readonly line: LineView;
  readonly language: SampleLanguage;
}

function CallCard({ line, language }: CardProps): VNode {
  const [callee, setCallee] = useState('33612345678');
  // A program is shown only with a number that can be called.
  const good = useRef(callee);
  if (looksLikeNumber(callee)) good.current = callee.trim();
  return (
    <Card title={t.developer.callTitle} lead={t.developer.callLead}>
      <div class="stack">
        {!line.api && (
          <Note tone="warn">
            <p>{t.developer.apiOff}</p>
            <a href={hrefOf(['lines', line.number, 'cti'])}>{t.developer.toCti}</a>
          </Note>
        )}
        <div class="filters">
          <TextInput
            label={t.developer.callee}
            type="tel"
            inputMode="tel"
            value={callee}
            onInput={setCallee}
            error={looksLikeNumber(callee) ? '' : t.developer.calleeForm}
          />
        </div>
        <p class="small soft">{t.developer.passwordNote}</p>
        <Code
          text={makecallSample(language, {
            url: line.makecallUrl,
            line: line.number,
            callee: good.current,
          })}
          label={`${t.developer.callTitle} · ${t.developer.languages[language]}`}
        />
      </div>
    </Card>
  );
}

function ReceiveCard({ line, language }: CardProps): VNode {
  const isSet = line.notificationUrl !== '';
  const shape = shapeOf(isSet ? line.notificationUrl : EXAMPLE_TEMPLATE);
  return (
    <Card
      title={t.developer.receiveTitle}
      lead={language === 'curl' ? t.developer.receiveCurl : t.developer.receiveLead}
    >
      <div class="stack">
        {!isSet && (
          <Note>
            <p>{t.developer.noUrl}</p>
            <a href={hrefOf(['lines', line.number, 'cti'])}>{t.developer.toCti}</a>
          </Note>
        )}
        {shape.isInPath && <Note>{t.developer.inPath}</Note>}
        <Table
          caption={t.developer.parameters}
          rows={shape.parameters.map((each, index) => ({ ...each, index }))}
          keyOf={({ index }) => String(index)}
          columns={[
            {
              label: t.developer.parameter,
              heading: true,
              cell: ({ name }) => <code class="anywhere">{name}</code>,
            },
            {
              label: t.developer.value,
              cell: ({ value }) => (
                <span class="anywhere">
                  {Object.hasOwn(t.developer.keywords, value) ? (
                    t.developer.keywords[value]
                  ) : (
                    <code>{value}</code>
                  )}
                </span>
              ),
            },
          ]}
        />
        <Code
          text={receiverSample(language, shape, line.number)}
          label={`${t.developer.receiveTitle} · ${t.developer.languages[language]}`}
        />
      </div>
    </Card>
  );
}
