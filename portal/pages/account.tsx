// Who is signed in: what may be reached, a new password, and the way out.

import type { VNode } from 'preact';
import { useState } from 'preact/hooks';
import { send } from '../api.ts';
import type { ApiProblem } from '../api.ts';
import { t } from '../i18n/i18n.ts';
import { Button } from '../kit/button.tsx';
import { toast } from '../kit/dialog.tsx';
import { TextInput } from '../kit/form.tsx';
import { Card, Facts, Page } from '../kit/page.tsx';
import { PhoneNumber } from '../kit/values.tsx';
import { ProblemBox } from '../kit/words.tsx';
import { ask, signOut, useMe } from '../session.ts';

const SHORTEST = 10;

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
  const short = next.length < SHORTEST;

  const change = async (): Promise<void> => {
    setTried(true);
    setProblem(null);
    if (short || next !== again || busy) return;
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

  return (
    <Card
      title={t.account.passwordTitle}
      lead={hasPassword ? t.account.passwordLead : t.account.passwordNone}
    >
      <form
        class="stack"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          void change();
        }}
      >
        {hasPassword && (
          <TextInput
            label={t.account.current}
            type="password"
            autocomplete="current-password"
            value={current}
            onInput={setCurrent}
          />
        )}
        <TextInput
          label={t.account.next}
          hint={t.account.nextHint}
          type="password"
          autocomplete="new-password"
          value={next}
          onInput={setNext}
          error={tried && short ? t.account.tooShort : ''}
        />
        <TextInput
          label={t.account.again}
          type="password"
          autocomplete="new-password"
          value={again}
          onInput={setAgain}
          error={tried && !short && next !== again ? t.account.different : ''}
        />
        <ProblemBox problem={problem} />
        <div class="form-foot">
          <Button type="submit" look="primary" busy={busy}>
            {t.account.change}
          </Button>
        </div>
      </form>
    </Card>
  );
}
