// Signing in: by name and password, or by a one-time link that was in the address (sign-in-link.ts). The
// address stays, so that signing in leads to the page that was asked for.

import type { VNode } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { ApiProblem } from '../api.ts';
import { t } from '../i18n/i18n.ts';
import { sentence } from '../i18n/message.ts';
import { Button } from '../kit/button.tsx';
import { TextInput } from '../kit/form.tsx';
import { MarkIcon } from '../kit/icons.tsx';
import { fieldError, Note, ProblemBox } from '../kit/words.tsx';
import { Preferences } from '../preferences.tsx';
import { signIn } from '../session.ts';
import { FaultForm } from './fault-form.tsx';
import './sign-in.css';

/** Prints a new one-time link; operators have a shell on the server. */
const LINK_COMMAND = 'npx carillon user link NAME';

export function SignInPage({
  why,
  problem,
}: {
  readonly why: 'never' | 'left' | 'ended';
  /** What became of the link that was tried. */
  readonly problem: ApiProblem | null;
}): VNode {
  const [name, setName] = useState('');
  const [password, setPassword] = useState('');
  const [refused, setRefused] = useState<ApiProblem | null>(null);
  const [tried, setTried] = useState(false);
  const [busy, setBusy] = useState(false);
  const heading = useRef<HTMLHeadingElement>(null);

  useEffect(() => {
    document.title = `${t.signIn.title} · ${t.product}`;
    // Who was signed out in the middle of a page is led here.
    if (why !== 'never') heading.current?.focus();
  }, [why]);

  const submit = async (): Promise<void> => {
    setRefused(null);
    setTried(true);
    if (busy || name.trim() === '' || password === '') return;
    setBusy(true);
    const answer = await signIn({ name: name.trim().toLowerCase(), password });
    if (answer.ok) return; // This page is gone.
    setBusy(false);
    setRefused(answer.problem);
  };
  const nameFault = name.trim() === '' ? t.signIn.nameMissing : '';
  const passwordFault = password === '' ? t.signIn.passwordMissing : '';
  // Which of the two is wrong is told to nobody.
  const isWrong = refused?.code === 'wrong-password';
  const nameError = fieldError(refused, 'name') || (tried ? nameFault : '');
  const passwordError = isWrong
    ? sentence({ code: refused.code, text: refused.detail })
    : fieldError(refused, 'password') || (tried ? passwordFault : '');

  const linkFailed = problem !== null && (problem.status === 401 || problem.status === 422);
  return (
    <main class="sign-in">
      <div class="sign-in-card card stack wide">
        <div class="stack tight">
          <div class="brand">
            <MarkIcon />
            {t.product}
          </div>
          <p class="soft">{t.signIn.about}</p>
        </div>
        <h1 ref={heading} tabIndex={-1}>
          {t.signIn.title}
        </h1>
        {linkFailed && (
          <Note tone="warn" live title={t.signIn.linkTitle}>
            <p>{t.signIn.linkText}</p>
            <code>{LINK_COMMAND}</code>
          </Note>
        )}
        {problem !== null && !linkFailed && <ProblemBox problem={problem} />}
        {why === 'ended' && <Note live>{t.signIn.ended}</Note>}
        {why === 'left' && (
          <Note tone="good" live>
            {t.signIn.left}
          </Note>
        )}
        <FaultForm send={submit}>
          <TextInput
            label={t.signIn.name}
            name="username"
            autocomplete="username"
            value={name}
            onInput={setName}
            error={nameError}
            code
          />
          <TextInput
            label={t.signIn.password}
            name="password"
            type="password"
            autocomplete="current-password"
            value={password}
            onInput={setPassword}
            error={passwordError}
          />
          {nameError === '' && passwordError === '' && <ProblemBox problem={refused} />}
          <Button type="submit" look="primary" busy={busy}>
            {t.signIn.submit}
          </Button>
        </FaultForm>
        {!linkFailed && (
          <p class="small soft">
            {t.signIn.linkHint} <code>{LINK_COMMAND}</code>
          </p>
        )}
        <Preferences />
      </div>
    </main>
  );
}
