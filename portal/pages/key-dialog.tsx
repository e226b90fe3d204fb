// Making or replacing the signing key of one place of a line. First it says what that means; then the key is
// shown, this once, with its copy button. The list of keys is signing-keys.tsx.

import type { VNode } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { NewSecret, SigningKeyView } from '../../src/web/api/destination-schemas.ts';
import { post } from '../api.ts';
import type { ApiProblem } from '../api.ts';
import { verifyHref } from '../destination-names.ts';
import { t } from '../i18n/i18n.ts';
import { Button } from '../kit/button.tsx';
import { Dialog } from '../kit/dialog.tsx';
import { TextInput } from '../kit/form.tsx';
import { Time } from '../kit/values.tsx';
import { fieldError, Note, ProblemBox, Secret } from '../kit/words.tsx';
import { FaultForm } from './fault-form.tsx';

interface KeyProps {
  readonly line: string;
  /** 0 the notification URL, 1 the Buzzee server, else a destination. */
  readonly place: number;
  /** What the place is called. */
  readonly name: string;
  /** The key that it has now. */
  readonly before: SigningKeyView | null;
  readonly onMade: () => void;
  readonly onClose: () => void;
}

export function KeyDialog(props: KeyProps): VNode {
  const { line, name, before, onMade, onClose } = props;
  const [made, setMade] = useState<NewSecret | null>(null);
  if (made !== null) {
    return (
      <Dialog
        title={t.destinations.made(name)}
        onClose={onClose}
        foot={<Button onClick={onClose}>{t.destinations.done}</Button>}
      >
        <Made made={made} line={line} />
      </Dialog>
    );
  }
  return (
    <Dialog
      title={before === null ? t.destinations.makeTitle(name) : t.destinations.rotateTitle(name)}
      onClose={onClose}
    >
      <Question
        {...props}
        onAnswer={(secret) => {
          setMade(secret);
          onMade();
        }}
      />
    </Dialog>
  );
}

/** The key, this once. The button that made it is gone: that which copies it takes the focus. */
function Made({ made, line }: { readonly made: NewSecret; readonly line: string }): VNode {
  const shown = useRef<HTMLDivElement>(null);
  useEffect(() => shown.current?.querySelector('button')?.focus(), []);
  return (
    <div class="stack" ref={shown}>
      <Secret value={made.secret} label={t.destinations.secretLabel} />
      <p>{t.destinations.madeText}</p>
      {made.key.previousUntil !== null && (
        <p>
          {t.destinations.until} <Time at={made.key.previousUntil} clock />.
        </p>
      )}
      <p>
        {/* A page of its own: the key must not go from sight before it is noted. */}
        <a href={verifyHref(line)} target="_blank" rel="noopener">
          {t.destinations.verify}
        </a>
      </p>
    </div>
  );
}

function Question({
  line,
  place,
  before,
  onAnswer,
  onClose,
}: KeyProps & { readonly onAnswer: (made: NewSecret) => void }): VNode {
  const [own, setOwn] = useState('');
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<ApiProblem | null>(null);
  const make = async (): Promise<void> => {
    if (busy) return;
    setBusy(true);
    const secret = own.trim();
    const answer = await post<NewSecret>(`lines/${line}/secret`, {
      destination: place,
      ...(secret === '' ? {} : { secret }),
    });
    setBusy(false);
    if (answer.ok) onAnswer(answer.value);
    else setProblem(answer.problem);
  };
  return (
    <FaultForm send={make}>
      <p>{before === null ? t.destinations.makeText : t.destinations.rotateText}</p>
      {before !== null && before.previousUntil !== null && (
        <Note tone="warn">{t.destinations.rotateTwice}</Note>
      )}
      <details>
        <summary>{t.destinations.own}</summary>
        <TextInput
          label={t.destinations.ownKey}
          hint={t.destinations.ownKeyHint}
          code
          value={own}
          onInput={(text) => {
            setOwn(text);
            setProblem(null);
          }}
          error={fieldError(problem, 'secret')}
        />
      </details>
      {fieldError(problem, 'secret') === '' && <ProblemBox problem={problem} />}
      <div class="form-foot">
        <Button type="submit" look="primary" busy={busy}>
          {before === null ? t.destinations.make : t.destinations.rotate}
        </Button>
        <Button onClick={onClose}>{t.kit.cancel}</Button>
      </div>
    </FaultForm>
  );
}
