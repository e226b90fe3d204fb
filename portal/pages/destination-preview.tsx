// What a destination would be sent for a call, while its settings are typed: the server's own preview, with
// the values of keywords in colour. It keeps nothing; the dialog around it is destination-dialog.tsx.

import type { VNode } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { DestinationPreview } from '../../src/web/api/destination-schemas.ts';
import { post } from '../api.ts';
import type { ApiProblem } from '../api.ts';
import { readableBody, settingsOfDraft } from '../destination-draft.ts';
import type { DestinationDraft } from '../destination-draft.ts';
import { phoneText } from '../i18n/format.ts';
import { t } from '../i18n/i18n.ts';
import { sentence } from '../i18n/message.ts';
import { Badge, Messages, ProblemBox } from '../kit/words.tsx';
import { ColouredUrl } from './coloured-url.tsx';
import { useSettled } from '../reading.ts';
import { useMe } from '../session.ts';

/** The other party of the server's preview. */
const MOBILE = '33612345678';
const TYPING_MS = 250;

export interface Previewed {
  /** What was asked, as text. */
  readonly asked: string;
  readonly value: DestinationPreview | null;
  readonly problem: ApiProblem | null;
}

const NOTHING: Previewed = { asked: '', value: null, problem: null };

/** The preview of what is typed, a moment after the last key; of an empty URL there is none. */
export function useDestinationPreview(
  line: string,
  id: number | null,
  draft: DestinationDraft,
): Previewed {
  const settled = useSettled(questionOf(id, draft), TYPING_MS);
  const [previewed, setPreviewed] = useState<Previewed>(NOTHING);
  useEffect(() => {
    if (settled === '') {
      setPreviewed(NOTHING);
      return undefined;
    }
    const stop = new AbortController();
    const body = JSON.parse(settled) as object;
    const path = `lines/${line}/destination-preview`;
    void post<DestinationPreview>(path, body, { signal: stop.signal }).then((answer) => {
      if (stop.signal.aborted) return;
      setPreviewed(
        answer.ok
          ? { asked: settled, value: answer.value, problem: null }
          : { asked: settled, value: null, problem: answer.problem },
      );
    });
    return () => stop.abort();
  }, [settled, line]);
  return previewed;
}

/** What the preview says of one field; nothing where it is about something else than stands there now. */
export function previewFault(
  { asked, value }: Previewed,
  field: string,
  id: number | null,
  draft: DestinationDraft,
): string {
  if (asked !== questionOf(id, draft) || value?.error?.field !== field) return '';
  return sentence(value.error);
}

function questionOf(id: number | null, draft: DestinationDraft): string {
  const settings = settingsOfDraft(draft);
  if (settings.url === '') return '';
  return JSON.stringify(id === null ? settings : { id, ...settings });
}

export function PreviewList({
  url,
  previewed: { value, problem },
}: {
  /** As it is typed. */
  readonly url: string;
  readonly previewed: Previewed;
}): VNode {
  const { server } = useMe();
  return (
    <section class="stack tight" aria-label={t.destinations.preview}>
      <h3>{t.destinations.preview}</h3>
      {value === null || value.error !== null ? (
        <p class="soft">{t.destinations.previewNone}</p>
      ) : (
        <p class="small soft">{t.destinations.previewLead(phoneText(MOBILE, server.country))}</p>
      )}
      <ProblemBox problem={problem} />
      {value !== null && (
        <>
          <ol class="requests">
            {value.requests.map((request) => (
              <li key={request.type} class="request">
                <div class="row tight">
                  <Badge>{request.type}</Badge>
                  <span class="small soft">{t.cti.meaning[request.type]}</span>
                </div>
                <code class="anywhere">
                  {request.method} <ColouredUrl template={url} url={request.url} />
                </code>
                {request.body !== '' && (
                  <pre class="small soft">
                    <code>{readableBody(request.body)}</code>
                  </pre>
                )}
              </li>
            ))}
          </ol>
          <div class="stack tight" role="status">
            <Messages messages={value.warnings} />
          </div>
        </>
      )}
    </section>
  );
}
