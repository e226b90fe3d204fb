// The pattern of source addresses: what it accepts and refuses, whether one's own address is among them,
// and a try for any other. The server answers with the same engine that guards makecall.

import type { VNode } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { MessageView, SourceIpAnswer } from '../../src/web/api/schemas.ts';
import { post } from '../api.ts';
import { addAddress } from '../cti-draft.ts';
import { t } from '../i18n/i18n.ts';
import { sentence } from '../i18n/message.ts';
import { Button } from '../kit/button.tsx';
import { Radio, TextInput } from '../kit/form.tsx';
import { CheckIcon, KeyIcon } from '../kit/icons.tsx';
import { Badge, Note, fieldError } from '../kit/words.tsx';
import { useSettled } from '../reading.ts';
import type { PartProps } from './cti.tsx';

export function SourceIpPart({ draft, set, problem, readOnly }: PartProps): VNode {
  const [address, setAddress] = useState('');
  const answer = useExplanation(draft.sourceIp, draft.sourceIpMatch, address);
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
        error={fieldError(problem, 'sourceIp')}
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
        />
        <div role="status">
          {answer?.asked != null && (
            <Verdict address={answer.asked.address} verdict={answer.asked.verdict} />
          )}
        </div>
      </div>
    </div>
  );
}

/** What the pattern means, a moment after the last key; the answer before stays until then. */
function useExplanation(
  pattern: string,
  match: 'whole' | 'search',
  address: string,
): SourceIpAnswer | null {
  const [answer, setAnswer] = useState<SourceIpAnswer | null>(null);
  const asked = useSettled(`${match} ${address.trim()} ${pattern}`, 250);
  useEffect(() => {
    const stop = new AbortController();
    const trying = address.trim();
    const body = { pattern, match, ...(trying === '' ? {} : { address: trying }) };
    void post<SourceIpAnswer>('source-ip-test', body, { signal: stop.signal }).then((answered) => {
      // A failure here only leaves the help out: saving tells what is wrong.
      if (!stop.signal.aborted) setAnswer(answered.ok ? answered.value : null);
    });
    return () => stop.abort();
  }, [asked]);
  return answer;
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

function StateNote({ answer }: { readonly answer: SourceIpAnswer }): VNode {
  switch (answer.state) {
    case 'unset':
      return <Note tone="plain">{t.cti.stateUnset}</Note>;
    case 'valid':
      // Green would say that all is well, which a warning denies.
      return <Note tone={answer.warnings.length === 0 ? 'good' : 'plain'}>{t.cti.stateValid}</Note>;
    default:
      return (
        <Note tone="bad" title={t.cti.stateInvalid}>
          {answer.error !== null && (
            <span class="small">
              {t.cti.stateReasonLead} <code lang="en">{answer.error}</code>
            </span>
          )}
        </Note>
      );
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
  if (verdict === 'no-address') return <Badge tone="bad">{words}</Badge>;
  return <Badge icon={KeyIcon}>{words}</Badge>;
}
