// Who is signed in: what may be reached, a new password, and the way out.

import type { VNode } from 'preact';
import { useState } from 'preact/hooks';
import { send } from '../api.ts';
import type { ApiProblem } from '../api.ts';
import { t } from '../i18n/i18n.ts';
import { tooLong } from '../i18n/message.ts';
import { Button } from '../kit/button.tsx';
import { toast } from '../kit/dialog.tsx';
import { TextInput } from '../kit/form.tsx';
import { Card, Facts, Page } from '../kit/page.tsx';
import { PhoneNumber } from '../kit/values.tsx';
import { fieldError, ProblemBox } from '../kit/words.tsx';
import { ask, signOut, useMe } from '../session.ts';
import { FaultForm } from './fault-form.tsx';
import { hasControl, lengthOf, LONGEST_PASSWORD, SHORTEST_PASSWORD } from './name-rules.ts';

export function AccountPage(): VNode {
  const me = useMe();
  const [problem, setProblem] = useState<ApiProblem | null>(null);
  const leave = async (): Promise<void> => {
    const answer = await signOut();
    if (!answer.ok) setProblem(answer.problem);
  };
  return (
    <Page
      title={t.account.title}
      actions={<Button onClick={() => void leave()}>{t.account.signOut}</Button>}
    >
      <ProblemBox problem={problem} />
      <div class="columns">
        <Card>
          <Facts
            facts={[
              [t.account.signedInAs, <strong key="name">{me.name}</strong>],
              [t.account.role, t.account.roles[me.role]],
              ...(me.customer === null ? [] : ([[t.account.customer, me.customer]] as const)),
              ...(me.lines === null
                ? []
                : ([
                    [
                      t.account.lines,
                      <span key="lines" class="row tight">
                        {me.lines.map((number) => (
                          <PhoneNumber key={number} number={number} />
                        ))}
                      </span>,
                    ],
                  ] as const)),
              [t.account.version, me.server.version],
            ]}
          />
        </Card>
        <PasswordCard hasPassword={me.hasPassword} />
      </div>
    </Page>
  );
}

function PasswordCard({ hasPassword }: { readonly hasPassword: boolean }): VNode {
  const [current, setCurrent] = useState('');
  const [next, setNext] = useState('');
  const [again, setAgain] = useState('');
  const [tried, setTried] = useState(false);
  const [problem, setProblem] = useState<ApiProblem | null>(null);
  const [busy, setBusy] = useState(false);
  const fault = hasControl(next)
    ? t.account.control
    : lengthOf(next) < SHORTEST_PASSWORD
      ? t.account.tooShort
      : tooLong(next, LONGEST_PASSWORD);
  const currentFault =
    hasPassword && current === '' ? t.account.currentMissing : tooLong(current, LONGEST_PASSWORD);
  const isWrongNow = problem?.code === 'wrong-password';

  const change = async (): Promise<void> => {
    setTried(true);
    setProblem(null);
    if (currentFault !== '' || fault !== '' || next !== again || busy) return;
    setBusy(true);
    const answer = await send('session/password', {
      method: 'PUT',
      body: { current, password: next },
    });
    setBusy(false);
    if (!answer.ok) {
      setProblem(answer.problem);
      return;
    }
    setCurrent('');
    setNext('');
    setAgain('');
    setTried(false);
    toast(t.account.changed);
    await ask();
  };

  const isAtField =
    isWrongNow || fieldError(problem, 'current') !== '' || fieldError(problem, 'password') !== '';
  return (
    <Card
      title={t.account.passwordTitle}
      lead={hasPassword ? t.account.passwordLead : t.account.passwordNone}
    >
      <FaultForm send={change}>
        {hasPassword && (
          <TextInput
            label={t.account.current}
            type="password"
            autocomplete="current-password"
            value={current}
            onInput={setCurrent}
            error={
              isWrongNow
                ? t.account.currentWrong
                : fieldError(problem, 'current') || (tried ? currentFault : '')
            }
          />
        )}
        <TextInput
          label={t.account.next}
          hint={t.account.nextHint}
          type="password"
          autocomplete="new-password"
          value={next}
          onInput={setNext}
          error={fieldError(problem, 'password') || (tried ? fault : '')}
        />
        <TextInput
          label={t.account.again}
          type="password"
          autocomplete="new-password"
          value={again}
          onInput={setAgain}
          error={tried && fault === '' && next !== again ? t.account.different : ''}
        />
        {!isAtField && <ProblemBox problem={problem} />}
        <div class="form-foot">
          <Button type="submit" look="primary" busy={busy}>
            {t.account.change}
          </Button>
        </div>
      </FaultForm>
    </Card>
  );
}
