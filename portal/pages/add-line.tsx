// The operator's dialog for a new line; its password is made by the server and shown once.

import type { VNode } from 'preact';
import { useRef, useState } from 'preact/hooks';
import type { LineChanged } from '../../src/web/api/schemas.ts';
import { post } from '../api.ts';
import type { ApiProblem } from '../api.ts';
import { phoneText } from '../i18n/format.ts';
import { t } from '../i18n/i18n.ts';
import { Button, ButtonLink } from '../kit/button.tsx';
import { Dialog } from '../kit/dialog.tsx';
import { TextInput } from '../kit/form.tsx';
import { Note, ProblemBox, Secret, fieldError } from '../kit/words.tsx';
import { hrefOf } from '../router.ts';
import { useMe } from '../session.ts';
import { focusFirstFault } from './first-fault.ts';

export function AddLine({
  customer: given,
  onClose,
}: {
  /** The customer whose lines are shown; empty for all. */
  readonly customer: string;
  readonly onClose: () => void;
}): VNode {
  const { server } = useMe();
  const form = useRef<HTMLFormElement>(null);
  const [number, setNumber] = useState('');
  const [title, setTitle] = useState('');
  const [customer, setCustomer] = useState(given === '' ? 'default' : given);
  const [problem, setProblem] = useState<ApiProblem | null>(null);
  const [made, setMade] = useState<LineChanged | null>(null);
  const [tried, setTried] = useState(false);
  const [busy, setBusy] = useState(false);

  const add = async (): Promise<void> => {
    setTried(true);
    setProblem(null);
    if (busy || number.trim() === '') return;
    setBusy(true);
    const answer = await post<LineChanged>('lines', {
      number: number.trim(),
      title: title.trim(),
      customer: customer.trim(),
    });
    setBusy(false);
    if (answer.ok) setMade(answer.value);
    else setProblem(answer.problem);
  };

  const submit = (): Promise<void> => add().then(() => focusFirstFault(form.current));

  if (made !== null) {
    const { line, password } = made;
    return (
      <Dialog
        title={t.lines.added(phoneText(line.number, server.country))}
        onClose={onClose}
        foot={
          <ButtonLink look="primary" href={hrefOf(['lines', line.number])}>
            {t.lines.line}
          </ButtonLink>
        }
      >
        {password !== undefined && (
          <>
            <Note tone="good" live>
              {t.lines.addedPassword}
            </Note>
            <Secret value={password} label={t.lines.copyPassword} />
          </>
        )}
      </Dialog>
    );
  }
  const known = ['number', 'title', 'customer'].some((field) => fieldError(problem, field) !== '');
  return (
    <Dialog
      title={t.lines.add}
      onClose={onClose}
      foot={
        <>
          <Button onClick={onClose}>{t.kit.cancel}</Button>
          <Button look="primary" busy={busy} onClick={() => void submit()}>
            {t.lines.add}
          </Button>
        </>
      }
    >
      <form
        ref={form}
        class="stack"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          void submit();
        }}
      >
        <TextInput
          label={t.lines.addNumber}
          hint={t.lines.addNumberHint}
          type="tel"
          value={number}
          onInput={setNumber}
          error={
            fieldError(problem, 'number') ||
            (tried && number.trim() === '' ? t.lines.addNumberMissing : '')
          }
        />
        <TextInput
          label={t.lines.intitule}
          value={title}
          onInput={setTitle}
          error={fieldError(problem, 'title')}
        />
        <TextInput
          label={t.lines.customer}
          hint={t.lines.addCustomerHint}
          code
          value={customer}
          onInput={setCustomer}
          error={fieldError(problem, 'customer')}
        />
        {!known && <ProblemBox problem={problem} />}
        {/* Enter in a field sends the form only where it has a button of its own. */}
        <button type="submit" hidden />
      </form>
    </Dialog>
  );
}
