// A test call to one place of a line: asking for it, and what came back, the same for the notification URL
// (cti-notify.tsx) and for each further destination (destinations.tsx). The server sends and judges.

import type { VNode } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { LineView, TestAnswer } from '../../src/web/api/schemas.ts';
import { post } from '../api.ts';
import type { ApiProblem } from '../api.ts';
import { latencyText } from '../i18n/format.ts';
import { t } from '../i18n/i18n.ts';
import { sentence } from '../i18n/message.ts';
import { Badge, Messages, Note, ProblemBox } from '../kit/words.tsx';

/** For the way to our server and back, besides what its three requests may take. */
const OWN_WAY_MS = 15_000;

export interface TestRun {
  readonly busy: boolean;
  readonly answer: TestAnswer | null;
  readonly problem: ApiProblem | null;
  readonly run: (body?: object) => Promise<void>;
}

const NOTHING = { busy: false, answer: null, problem: null };

/** `about` is what is tested, as text: a result is forgotten when it changes, and one that comes later is not shown. */
export function useTestCall(path: string, line: LineView, about: string): TestRun {
  const [state, setState] = useState<Omit<TestRun, 'run'>>(NOTHING);
  const latest = useRef(0);
  useEffect(() => {
    latest.current += 1;
    setState(NOTHING);
  }, [about]);
  const run = async (body: object = {}): Promise<void> => {
    const mine = ++latest.current;
    setState({ ...NOTHING, busy: true });
    const timeoutMs = 3 * line.delivery.timeoutS * 1000 + OWN_WAY_MS;
    const tested = await post<TestAnswer>(path, body, { timeoutMs });
    if (latest.current !== mine) return;
    setState(
      tested.ok ? { ...NOTHING, answer: tested.value } : { ...NOTHING, problem: tested.problem },
    );
  };
  return { ...state, run };
}

/** What came back, or that it is awaited. */
export function TestOutcome({
  test: { busy, answer, problem },
}: {
  readonly test: TestRun;
}): VNode {
  return (
    <>
      <div aria-live="polite">
        {busy && <p class="soft">{t.cti.testing}</p>}
        {answer !== null && <TestResults answer={answer} />}
      </div>
      <ProblemBox problem={problem} />
    </>
  );
}

function TestResults({
  answer: { callref, results, notes },
}: {
  readonly answer: TestAnswer;
}): VNode {
  const good = results.every(({ ok }) => ok);
  const title = good ? t.cti.testAllGood(results.length) : t.cti.testSomeBad(results.length);
  return (
    <div class="stack tight">
      <Note tone={good ? 'good' : 'bad'} title={title}>
        <span class="small">{t.cti.testMark(callref)}</span>
      </Note>
      <Messages messages={notes} tone="info" />
      <ol class="requests">
        {results.map(({ type, method, status, ms, ok, diagnosis, url }) => (
          <li key={type} class="request">
            <div class="row tight">
              <Badge tone={ok ? (diagnosis.code === 'arrived' ? 'good' : 'warn') : 'bad'}>
                {type} · {headOf(status, diagnosis.code)}
              </Badge>
              {diagnosis.code !== 'not-sent' && (
                <span class="small soft number">{latencyText(ms)}</span>
              )}
            </div>
            <p>{sentence(diagnosis)}</p>
            <code class="anywhere small soft">
              {method} {url}
            </code>
          </li>
        ))}
      </ol>
    </div>
  );
}

function headOf(status: number | null, code: string): string {
  if (code === 'not-sent') return t.cti.notSent;
  return status === null ? t.cti.noAnswer : t.cti.answered(status);
}
