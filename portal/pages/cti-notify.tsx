// The notification URL: buttons for the keywords, the three requests as they would be sent, and a test
// that sends them. The server says what is right; this page only asks it while somebody types.

import type { VNode } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { LineView, Preview } from '../../src/web/api/schemas.ts';
import { post, withQuery } from '../api.ts';
import type { ApiProblem } from '../api.ts';
import { insertKeyword } from '../cti-draft.ts';
import { phoneText } from '../i18n/format.ts';
import { t } from '../i18n/i18n.ts';
import { sentence } from '../i18n/message.ts';
import { Button } from '../kit/button.tsx';
import { Textarea } from '../kit/form.tsx';
import { PlayIcon } from '../kit/icons.tsx';
import { Badge, Messages, ProblemBox, fieldError } from '../kit/words.tsx';
import { GUIDE_KEYWORDS, KEYWORDS } from '../preview-parts.ts';
import { useSettled } from '../reading.ts';
import { useMe } from '../session.ts';
import { ColouredUrl } from './coloured-url.tsx';
import type { PartProps } from './cti.tsx';
import { TestOutcome, useTestCall } from './test-call.tsx';

/** The caller of the server's preview. */
const MOBILE = '33612345678';

export function NotifyPart({ line, draft, set, problem, readOnly }: PartProps): VNode {
  const { server } = useMe();
  const input = useRef<HTMLTextAreaElement>(null);
  const touched = useRef(false);
  const template = draft.notificationUrl;
  const preview = usePreview(template, line.number);

  const insert = (keyword: string): void => {
    const area = input.current;
    if (area === null) return;
    const end = touched.current ? area.selectionEnd : template.length;
    const start = touched.current ? area.selectionStart : template.length;
    const typed = insertKeyword(template, start, end, keyword);
    touched.current = true;
    set({ notificationUrl: typed.text });
    requestAnimationFrame(() => {
      area.focus();
      area.setSelectionRange(typed.cursor, typed.cursor);
    });
  };

  return (
    <div class="stack">
      <h2>{t.cti.notifyTitle}</h2>
      <div
        onFocusIn={() => {
          touched.current = true;
        }}
      >
        <Textarea
          label={t.cti.url}
          hint={t.cti.urlHint}
          code
          rows={2}
          inputRef={input}
          placeholder="https://crm.exemple.fr/cti?caller=_CALLER_&callref=_CALLREF_"
          value={template}
          disabled={readOnly}
          // A URL has no line breaks: Enter and a pasted break leave none behind.
          onInput={(text) => set({ notificationUrl: text.replace(/[\r\n]+/g, '') })}
          error={fieldError(problem, 'notificationUrl') || previewFault(preview, template)}
        />
      </div>
      {!readOnly && <KeywordButtons insert={insert} />}
      <section class="stack tight" aria-label={t.cti.preview}>
        <h3>{t.cti.preview}</h3>
        {template.trim() === '' ? (
          <p class="soft">
            {t.cti.urlEmpty} {t.cti.previewNone}
          </p>
        ) : (
          <>
            <p class="small soft">{t.cti.previewLead(phoneText(MOBILE, server.country))}</p>
            <PreviewBox {...preview} />
          </>
        )}
      </section>
      {!readOnly && template.trim() !== '' && (
        <TestPart
          line={line}
          template={template}
          blocked={previewFault(preview, template) !== ''}
        />
      )}
    </div>
  );
}

/** The keywords to press; `insert` puts one where the cursor is. */
export function KeywordButtons({ insert }: { readonly insert: (keyword: string) => void }): VNode {
  const buttons = (keywords: readonly string[]): VNode => (
    <div class="keywords">
      {keywords.map((keyword) => (
        <Button
          key={keyword}
          small
          title={t.cti.meanings[keyword] ?? ''}
          onClick={() => insert(keyword)}
        >
          <code>{keyword}</code>
        </Button>
      ))}
    </div>
  );
  return (
    <div class="stack tight" role="group" aria-label={t.cti.keywords}>
      <span class="field-label">{t.cti.keywords}</span>
      {buttons(KEYWORDS.slice(0, GUIDE_KEYWORDS))}
      <details>
        <summary>{t.cti.keywordsMore}</summary>
        {buttons(KEYWORDS.slice(GUIDE_KEYWORDS))}
        <dl class="keyword-meanings small">
          {KEYWORDS.map((keyword) => (
            <div key={keyword}>
              <dt>
                <code>{keyword}</code>
              </dt>
              <dd class="soft">{t.cti.meanings[keyword]}</dd>
            </div>
          ))}
        </dl>
      </details>
    </div>
  );
}

interface Previewed {
  /** The template that `value` is about. */
  readonly template: string;
  readonly value: Preview | null;
  readonly problem: ApiProblem | null;
}

/** The preview of what is typed, a moment after the last key. */
function usePreview(template: string, number: string): Previewed {
  const settled = useSettled(template, 250).trim();
  const [previewed, setPreviewed] = useState<Previewed>({
    template: '',
    value: null,
    problem: null,
  });
  useEffect(() => {
    if (settled === '') {
      setPreviewed({ template: '', value: null, problem: null });
      return undefined;
    }
    const stop = new AbortController();
    const path = withQuery('notification-preview', { line: number });
    void post<Preview>(path, { template: settled }, { signal: stop.signal }).then((answer) => {
      if (stop.signal.aborted) return;
      setPreviewed({
        template: settled,
        value: answer.ok ? answer.value : null,
        problem: answer.ok ? null : answer.problem,
      });
    });
    return () => stop.abort();
  }, [settled, number]);
  return previewed;
}

/** What is wrong with the URL as it stands now; an answer about an older one says nothing. */
function previewFault({ template, value, problem }: Previewed, typed: string): string {
  if (template !== typed.trim()) return '';
  if (value?.error != null) return sentence(value.error);
  return fieldError(problem, 'template');
}

function PreviewBox({ template, value, problem }: Previewed): VNode {
  return (
    <div class="stack tight">
      {fieldError(problem, 'template') === '' && <ProblemBox problem={problem} />}
      {value?.error != null && <p class="soft">{t.cti.previewNone}</p>}
      {value !== null && (
        <>
          <ol class="requests">
            {value.requests.map(({ type, method, url }) => (
              <li key={type} class="request">
                <div class="row tight">
                  <Badge>{type}</Badge>
                  <span class="small soft">{t.cti.meaning[type]}</span>
                </div>
                <code class="anywhere">
                  {method} <ColouredUrl template={template} url={url} />
                </code>
              </li>
            ))}
          </ol>
          <div class="stack tight" role="status">
            <Messages messages={value.warnings} />
          </div>
        </>
      )}
    </div>
  );
}

function TestPart({
  line,
  template,
  blocked,
}: {
  readonly line: LineView;
  readonly template: string;
  /** The template cannot be sent. */
  readonly blocked: boolean;
}): VNode {
  const path = `lines/${line.number}/test-notification`;
  // A result is about the URL that was tested, not about another one.
  const test = useTestCall(path, line, template);
  return (
    <section class="stack tight" aria-label={t.cti.test}>
      <div class="row">
        <Button
          icon={PlayIcon}
          busy={test.busy}
          disabled={blocked}
          onClick={() => void test.run({ template: template.trim() })}
        >
          {t.cti.test}
        </Button>
        <span class="small soft grow">{t.cti.testHint}</span>
      </div>
      <TestOutcome test={test} />
    </section>
  );
}
