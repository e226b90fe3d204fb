// The pattern of source addresses: what it accepts and refuses, whether one's own address is among them,
// and a try for any other. The server answers with the same engine that guards makecall.

import type { VNode } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { MessageView, SourceIpAnswer } from '../../src/web/api/schemas.ts';
import { post } from '../api.ts';
import type { ApiProblem } from '../api.ts';
import { addAddress, withExactDots } from '../cti-draft.ts';
import { t } from '../i18n/i18n.ts';
import { sentence, tooLong } from '../i18n/message.ts';
import { patternReason } from '../i18n/pattern-reason.ts';
import { Button } from '../kit/button.tsx';
import { Radio, TextInput } from '../kit/form.tsx';
import { CheckIcon, KeyIcon } from '../kit/icons.tsx';
import { Badge, Note, fieldError } from '../kit/words.tsx';
import { useSettled } from '../reading.ts';
import type { PartProps } from './cti.tsx';

/** The longest text that the server tries as an address. */
const LONGEST_ADDRESS = 128;

export function SourceIpPart({ draft, set, problem, readOnly }: PartProps): VNode {
  const [address, setAddress] = useState('');
  const addressFault = tooLong(address.trim(), LONGEST_ADDRESS);
  const { answer, problem: refused } = useExplanation(
    draft.sourceIp,
    draft.sourceIpMatch,
    addressFault === '' ? address : '',
  );
  const write = (sourceIp: string): void => set({ sourceIp });
  return (
    <div class="stack">
      <TextInput
        label={t.cti.sourceIp}
        hint={t.cti.sourceIpHint}
        code
        value={draft.sourceIp}
        disabled={readOnly}
        onInput={write}
        error={fieldError(problem, 'sourceIp') || patternFault(answer, refused)}
      />
      {answer !== null && (
        <YourAddress
          answer={answer}
          add={readOnly ? null : () => write(addAddress(draft.sourceIp, answer.yours.address))}
        />
      )}
      <div role="status" class="stack tight">
        {answer !== null && <StateNote answer={answer} />}
        {answer?.warnings.map((message) => (
          <Warning key={message.text} message={message} write={readOnly ? null : write} />
        ))}
        {answer?.state === 'valid' && answer.warnings.every(isNotOfDots) && (
          <DotHint draft={draft} write={readOnly ? null : write} />
        )}
      </div>
      {draft.sourceIp !== '' && (
        <fieldset>
          <legend class="field-label">{t.cti.match}</legend>
          {(['whole', 'search'] as const).map((match) => (
            <Radio
              key={match}
              name="source-ip-match"
              label={t.cti[match]}
              hint={t.cti[`${match}Hint`]}
              checked={draft.sourceIpMatch === match}
              disabled={readOnly}
              onChange={() => set({ sourceIpMatch: match })}
            />
          ))}
        </fieldset>
      )}
      {answer !== null && answer.state === 'valid' && <Examples answer={answer} />}
      <div class="try-address">
        <TextInput
          label={t.cti.tryAddress}
          hint={t.cti.tryHint}
          code
          value={address}
          onInput={setAddress}
          error={addressFault || (answer?.asked?.verdict === 'no-address' ? t.cti.noAddress : '')}
        />
        <div role="status">
          {answer?.asked != null && answer.asked.verdict !== 'no-address' && (
            <Verdict address={answer.asked.address} verdict={answer.asked.verdict} />
          )}
        </div>
      </div>
    </div>
  );
}

/** What the pattern means, a moment after the last key; the answer before stays until then. */
function useExplanation(pattern: string, match: 'whole' | 'search', address: string): Explanation {
  const [explained, setExplained] = useState<Explanation>({ answer: null, problem: null });
  const asked = useSettled(`${match} ${address.trim()} ${pattern}`, 250);
  useEffect(() => {
    const stop = new AbortController();
    const trying = address.trim();
    const body = { pattern, match, ...(trying === '' ? {} : { address: trying }) };
    void post<SourceIpAnswer>('source-ip-test', body, { signal: stop.signal }).then((answered) => {
      if (stop.signal.aborted) return;
      setExplained(
        answered.ok
          ? { answer: answered.value, problem: null }
          : { answer: null, problem: answered.problem },
      );
    });
    return () => stop.abort();
  }, [asked]);
  return explained;
}

interface Explanation {
  readonly answer: SourceIpAnswer | null;
  readonly problem: ApiProblem | null;
}

/** Why the pattern lets nobody in, though it may be saved so; other failures only leave the help out. */
function patternFault(answer: SourceIpAnswer | null, problem: ApiProblem | null): string {
  if (answer?.state !== 'invalid') return fieldError(problem, 'pattern');
  return [t.cti.stateInvalid, patternReason(answer.error ?? '')].join(' ').trim();
}

function isNotOfDots({ code }: MessageView): boolean {
  return code !== 'source-ip-unescaped-dot' && code !== 'source-ip-wildcard';
}

/** What a bare dot means, where it does no harm: who goes on from this pattern should know. */
function DotHint({
  draft,
  write,
}: {
  readonly draft: PartProps['draft'];
  readonly write: ((pattern: string) => void) | null;
}): VNode | null {
  const exact = withExactDots(draft.sourceIp);
  if (exact === '' || draft.sourceIpMatch !== 'whole') return null;
  return (
    <p class="row tight small soft">
      <span>{t.cti.dotHint}</span>
      {write === null ? (
        <code class="anywhere">{exact}</code>
      ) : (
        <Button small onClick={() => write(exact)}>
          {t.cti.useSuggestion} <code class="anywhere">{exact}</code>
        </Button>
      )}
    </p>
  );
}

function YourAddress({
  answer,
  add,
}: {
  readonly answer: SourceIpAnswer;
  readonly add: (() => void) | null;
}): VNode {
  const { address, verdict } = answer.yours;
  return (
    <div class="row">
      <span>
        {t.cti.yourAddress} <code>{address}</code>
      </span>
      {answer.state === 'valid' && <VerdictBadge verdict={verdict} />}
      {add !== null && verdict !== 'accepted' && verdict !== 'no-address' && (
        <Button small onClick={add}>
          {t.cti.insertAddress}
        </Button>
      )}
    </div>
  );
}

function StateNote({ answer }: { readonly answer: SourceIpAnswer }): VNode | null {
  switch (answer.state) {
    case 'unset':
      return <Note tone="plain">{t.cti.stateUnset}</Note>;
    case 'valid':
      // Green would say that all is well, which a warning denies.
      return <Note tone={answer.warnings.length === 0 ? 'good' : 'plain'}>{t.cti.stateValid}</Note>;
    default:
      // Said at the field.
      return null;
  }
}

/** A warning, with a button for what the server would write instead. */
function Warning({
  message,
  write,
}: {
  readonly message: MessageView;
  readonly write: ((pattern: string) => void) | null;
}): VNode {
  const suggestion = message.values?.['suggestion'];
  return (
    <Note tone="warn">
      <span>{sentence(message)}</span>
      {typeof suggestion === 'string' && suggestion !== '' && write !== null && (
        <div>
          <Button small onClick={() => write(suggestion)}>
            {t.cti.useSuggestion} <code class="anywhere">{suggestion}</code>
          </Button>
        </div>
      )}
    </Note>
  );
}

function Examples({ answer }: { readonly answer: SourceIpAnswer }): VNode {
  return (
    <div class="columns">
      <Addresses title={t.cti.accepts} addresses={answer.accepts} icon={CheckIcon} />
      <Addresses title={t.cti.refuses} addresses={answer.refuses} icon={KeyIcon} />
    </div>
  );
}

function Addresses({
  title,
  addresses,
  icon,
}: {
  readonly title: string;
  readonly addresses: readonly string[];
  readonly icon: () => VNode;
}): VNode {
  return (
    <div class="stack tight">
      <h3>{title}</h3>
      {addresses.length === 0 ? (
        <p class="small soft">{t.cti.nothing}</p>
      ) : (
        <ul class="row tight">
          {addresses.map((address) => (
            <li key={address}>
              <Badge icon={icon}>
                <code>{address}</code>
              </Badge>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

function Verdict({
  address,
  verdict,
}: {
  readonly address: string;
  readonly verdict: string;
}): VNode {
  return (
    <span class="row tight">
      <code class="anywhere">{address}</code>
      <VerdictBadge verdict={verdict} />
    </span>
  );
}

function VerdictBadge({ verdict }: { readonly verdict: string }): VNode {
  const words = t.cti.verdicts[verdict] ?? verdict;
  if (verdict === 'accepted') return <Badge tone="good">{words}</Badge>;
  return <Badge icon={KeyIcon}>{words}</Badge>;
}
