// The tab CTI Informatique, as the guide has it: two applications with a check box each. What is typed is
// kept here until it is saved; the parts of the page are cti-notify.tsx, cti-source-ip.tsx, cti-delivery.tsx,
// cti-copy.tsx. Below, and saved by themselves: destinations.tsx.

import type { VNode } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { LineChanged, LineView } from '../../src/web/api/schemas.ts';
import { patch } from '../api.ts';
import type { ApiProblem } from '../api.ts';
import { changesOf, draftOf, isDirty, lineWith } from '../cti-draft.ts';
import type { CtiDraft } from '../cti-draft.ts';
import { deliveryProblem } from '../delivery-draft.ts';
import { t } from '../i18n/i18n.ts';
import { sentence } from '../i18n/message.ts';
import { Button } from '../kit/button.tsx';
import { toast } from '../kit/dialog.tsx';
import { Checkbox, Switch, TextInput, Textarea } from '../kit/form.tsx';
import { CheckIcon, CopyIcon } from '../kit/icons.tsx';
import { Card } from '../kit/page.tsx';
import { Badge, Note, ProblemBox, fieldError } from '../kit/words.tsx';
import { useUnsaved } from '../router.ts';
import { useMe } from '../session.ts';
import { CopySettingsDialog } from './cti-copy.tsx';
import { DeliveryPart } from './cti-delivery.tsx';
import { NotifyPart } from './cti-notify.tsx';
import { SourceIpPart } from './cti-source-ip.tsx';
import { DestinationsPart } from './destinations.tsx';
import './cti.css';

/** What each part of the page gets: the draft, and how to change it. */
export interface PartProps {
  readonly line: LineView;
  readonly draft: CtiDraft;
  readonly set: (change: Partial<CtiDraft>) => void;
  readonly problem: ApiProblem | null;
  readonly readOnly: boolean;
}

/** Fields that show their own error; an error of another stands at the foot. */
const FIELDS = [
  'notificationUrl',
  'sourceIp',
  'buzzeeUrl',
  'origins',
  'deliveryTimeoutS',
  'deliveryWindowS',
  'deliveryRetryS',
  'deliveryMode',
];

/** What is typed, and the line that it began from. */
interface TypedFrom {
  readonly base: LineView;
  readonly draft: CtiDraft;
}

function typedFrom(line: LineView): TypedFrom {
  return { base: line, draft: draftOf(line) };
}

export function CtiTab({
  line,
  onSaved,
}: {
  readonly line: LineView;
  readonly onSaved: (line: LineView) => void;
}): VNode {
  const [{ base, draft }, setTyped] = useState(() => typedFrom(line));
  const [problem, setProblem] = useState<ApiProblem | null>(null);
  const [missing, setMissing] = useState(false);
  const [busy, setBusy] = useState(false);
  const [copying, setCopying] = useState(false);
  const dirty = isDirty(draft, base);
  const changedElsewhere = Object.keys(changesOf(draftOf(line), base)).length > 0;
  const readOnly = !line.may.includes('notificationUrl');
  useUnsaved(dirty);

  useEffect(() => {
    // What is typed stays; else the page follows what was saved elsewhere.
    if (!changedElsewhere || dirty) return;
    // Something may have been typed since this was drawn.
    setTyped((old) => (isDirty(old.draft, old.base) ? old : typedFrom(line)));
  }, [line, changedElsewhere, dirty]);

  const set = (change: Partial<CtiDraft>): void => {
    setTyped((old) => ({ ...old, draft: { ...old.draft, ...change } }));
    // The preview judges each new URL at once: what was said of the one before is void.
    if ('notificationUrl' in change) setProblem((old) => withoutField(old, 'notificationUrl'));
  };
  const undo = (): void => {
    setTyped(typedFrom(line));
    setProblem(null);
    setMissing(false);
  };
  const save = async (): Promise<void> => {
    const lacking = draft.buzzee && draft.buzzeeUrl.trim() === '';
    setMissing(lacking);
    const untold = deliveryProblem(draft);
    setProblem(untold);
    if (lacking || untold !== null || busy) {
      focusFirstError();
      return;
    }
    setBusy(true);
    const answer = await patch<LineChanged>(`lines/${line.number}`, changesOf(draft, line));
    setBusy(false);
    if (!answer.ok) {
      setProblem(answer.problem);
      focusFirstError();
      return;
    }
    const saved = typedFrom(answer.value.line);
    // What was typed while it was being saved stays.
    setTyped((old) => (old.draft === draft ? saved : { ...saved, draft: old.draft }));
    onSaved(answer.value.line);
    toast(t.cti.saved);
  };

  const parts: PartProps = { line, draft, set, problem, readOnly };
  const elsewhere = problem?.errors?.some(({ field }) => FIELDS.includes(field)) === true;
  return (
    <div class="stack wide">
      <form
        class="stack wide"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          void save();
        }}
      >
        {readOnly && <Note>{t.cti.readOnly}</Note>}
        <BuzzeePart {...parts} missing={missing} />
        <Card>
          <p class="soft">{t.cti.apiIntro}</p>
          <Checkbox
            label={t.cti.api}
            checked={draft.api}
            disabled={readOnly}
            onChange={(api) => set({ api })}
          />
          {!draft.api && <Note tone="warn">{t.cti.apiOff}</Note>}
          <div class="application stack wide">
            <NotifyPart {...parts} />
            <hr />
            <CallPart {...parts} />
          </div>
        </Card>
        <Card>
          <DeliveryPart {...parts} />
        </Card>
        {changedElsewhere && dirty && (
          <Note tone="warn" live>
            {t.cti.savedElsewhere}
          </Note>
        )}
        {!elsewhere && <ProblemBox problem={problem} />}
        <div class={dirty ? 'save-bar is-dirty' : 'save-bar'}>
          <span class="grow" role="status">
            {dirty ? (
              <Badge tone="warn">{t.cti.unsaved}</Badge>
            ) : (
              <Badge icon={CheckIcon}>{t.cti.allSaved}</Badge>
            )}
          </span>
          {dirty && <Button onClick={undo}>{t.cti.undo}</Button>}
          {!dirty && (
            <Button icon={CopyIcon} onClick={() => setCopying(true)}>
              {t.cti.apply}
            </Button>
          )}
          <Button type="submit" look="primary" busy={busy} disabled={!dirty || readOnly}>
            {t.cti.save}
          </Button>
        </div>
        {copying && <CopySettingsDialog line={line} onClose={() => setCopying(false)} />}
      </form>
      <DestinationsPart line={line} />
    </div>
  );
}

/** Who may order calls over the API, and what telephones then do. */
function CallPart(props: PartProps): VNode {
  const { draft, set, problem, readOnly } = props;
  return (
    <div class="stack">
      <div>
        <h2>{t.cti.clickTitle}</h2>
        <p class="small soft">{t.cti.clickLead}</p>
      </div>
      <SourceIpPart {...props} />
      <Textarea
        label={t.cti.origins}
        hint={t.cti.originsHint}
        code
        rows={2}
        value={draft.origins}
        disabled={readOnly}
        onInput={(origins) => set({ origins })}
        error={originsError(problem, draft.origins)}
      />
      <Switch
        label={t.cti.autoAnswer}
        hint={t.cti.autoAnswerHint}
        checked={draft.autoAnswer}
        disabled={readOnly}
        onChange={(autoAnswer) => set({ autoAnswer })}
      />
    </div>
  );
}

function BuzzeePart({
  draft,
  set,
  problem,
  readOnly,
  missing,
}: PartProps & { readonly missing: boolean }): VNode {
  const { server } = useMe();
  const lacking = missing && draft.buzzee && draft.buzzeeUrl.trim() === '';
  return (
    <Card>
      <p class="soft">{t.cti.buzzeeIntro}</p>
      <Checkbox
        label={t.cti.buzzee}
        checked={draft.buzzee}
        disabled={readOnly}
        onChange={(buzzee) => set({ buzzee })}
      />
      {draft.buzzee && (
        <div class="application stack">
          <TextInput
            label={t.cti.buzzeeUrl}
            hint={t.cti.buzzeeHint}
            type="url"
            code
            value={draft.buzzeeUrl}
            disabled={readOnly}
            onInput={(buzzeeUrl) => set({ buzzeeUrl })}
            error={lacking ? t.cti.buzzeeMissing : fieldError(problem, 'buzzeeUrl')}
          />
          <p class="small soft">
            {t.cti.buzzeePreset} <code class="anywhere">{server.buzzeePreset}</code>
          </p>
        </div>
      )}
    </Card>
  );
}

/** The server reads words; who wrote a whole line sees his line. */
function originsError(problem: ApiProblem | null, typed: string): string {
  const own = problem?.errors?.find(({ field }) => field === 'origins');
  const origin = own?.values?.['origin'];
  if (own === undefined || typeof origin !== 'string') return fieldError(problem, 'origins');
  return sentence({ ...own, values: { ...own.values, origin: lineWith(origin, typed) } });
}

/** The problem without what it says of one field. */
function withoutField(problem: ApiProblem | null, name: string): ApiProblem | null {
  if (problem?.errors?.some(({ field }) => field === name) !== true) return problem;
  const errors = problem.errors.filter(({ field }) => field !== name);
  return errors.length === 0 ? null : { ...problem, errors };
}

/** Leads to the first field that is wrong, once it is marked. */
function focusFirstError(): void {
  requestAnimationFrame(() => {
    document.querySelector<HTMLElement>('form [aria-invalid="true"]')?.focus();
  });
}
