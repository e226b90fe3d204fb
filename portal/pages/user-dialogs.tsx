// Adding or changing a user, and the one-time link by which one signs in. The list is users.tsx.

import type { VNode } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { SignInLink, UserView } from '../../src/web/api/schemas.ts';
import { post, put } from '../api.ts';
import type { ApiProblem } from '../api.ts';
import { exactTime } from '../i18n/format.ts';
import { t } from '../i18n/i18n.ts';
import { tooLong } from '../i18n/message.ts';
import { Button } from '../kit/button.tsx';
import { Dialog } from '../kit/dialog.tsx';
import { TextInput } from '../kit/form.tsx';
import { fieldError, ProblemBox, Secret, Skeleton } from '../kit/words.tsx';
import { useMe } from '../session.ts';
import { FaultForm } from './fault-form.tsx';
import {
  hasControl,
  isUserName,
  lengthOf,
  LONGEST_PASSWORD,
  SHORTEST_PASSWORD,
} from './name-rules.ts';
import { emptyReach, isReachWhole, ReachFields, reachOf } from './reach-fields.tsx';
import type { ReachDraft } from './reach-fields.tsx';

const FIELDS = ['name', 'password', 'customer', 'lines'];

export function UserDialog({
  user,
  taken,
  onClose,
  onSaved,
}: {
  /** Null: a new one. */
  readonly user: UserView | null;
  /** The names that are there already: writing one of them would change that user. */
  readonly taken: readonly string[];
  readonly onClose: () => void;
  readonly onSaved: (user: UserView) => void;
}): VNode {
  const me = useMe();
  const [name, setName] = useState(user?.name ?? '');
  const [password, setPassword] = useState('');
  const [reach, setReach] = useState<ReachDraft>(() =>
    user === null
      ? emptyReach(me)
      : { role: user.role, customer: user.customer ?? '', lines: user.lines.join('\n') },
  );
  const [tried, setTried] = useState(false);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<ApiProblem | null>(null);
  const key = name.trim().toLowerCase();
  const nameFault = user === null ? faultOfName(key, taken) : '';
  const passwordFault = faultOfPassword(password);

  const save = async (): Promise<void> => {
    setTried(true);
    setProblem(null);
    if (busy || nameFault !== '' || passwordFault !== '' || !isReachWhole(reach)) return;
    setBusy(true);
    const answer = await put<UserView>(`users/${encodeURIComponent(key)}`, {
      ...reachOf(reach),
      ...(password === '' ? {} : { password }),
    });
    setBusy(false);
    if (answer.ok) onSaved(answer.value);
    else setProblem(answer.problem);
  };
  const isAtField = problem?.errors?.every(({ field }) => FIELDS.includes(field)) === true;
  return (
    <Dialog
      title={user === null ? t.admin.users.add : t.admin.users.changeTitle(user.name)}
      onClose={onClose}
    >
      <FaultForm send={save}>
        {user === null && (
          <TextInput
            label={t.admin.name}
            hint={t.admin.users.nameHint}
            value={name}
            onInput={setName}
            error={fieldError(problem, 'name') || (tried ? nameFault : '')}
            code
          />
        )}
        <ReachFields draft={reach} onDraft={setReach} tried={tried} problem={problem} />
        <TextInput
          label={t.admin.users.password}
          hint={
            user?.hasPassword === true ? t.admin.users.passwordHint : t.admin.users.passwordHintNew
          }
          type="password"
          autocomplete="new-password"
          value={password}
          onInput={setPassword}
          error={fieldError(problem, 'password') || (tried ? passwordFault : '')}
        />
        {!isAtField && <ProblemBox problem={problem} />}
        <div class="form-foot">
          <Button type="submit" look="primary" busy={busy}>
            {user === null ? t.admin.add : t.kit.save}
          </Button>
          <Button onClick={onClose}>{t.kit.cancel}</Button>
        </div>
      </FaultForm>
    </Dialog>
  );
}

function faultOfName(key: string, taken: readonly string[]): string {
  if (key === '') return t.admin.nameMissing;
  if (taken.includes(key)) return t.admin.nameTaken;
  return isUserName(key) ? '' : t.admin.users.nameForm;
}

/** Empty is no fault: the user has none, or keeps his own. */
function faultOfPassword(password: string): string {
  if (password === '') return '';
  if (hasControl(password)) return t.account.control;
  if (lengthOf(password) < SHORTEST_PASSWORD) return t.account.tooShort;
  return tooLong(password, LONGEST_PASSWORD);
}

/** Makes the link when it opens. */
export function LinkDialog({
  name,
  onClose,
}: {
  readonly name: string;
  readonly onClose: () => void;
}): VNode {
  const [link, setLink] = useState<SignInLink | null>(null);
  const [problem, setProblem] = useState<ApiProblem | null>(null);
  useEffect(() => {
    void post<SignInLink>(`users/${encodeURIComponent(name)}/sign-in-link`).then((answer) => {
      if (answer.ok) setLink(answer.value);
      else setProblem(answer.problem);
    });
  }, [name]);
  return (
    <Dialog
      title={t.admin.users.linkTitle(name)}
      onClose={onClose}
      foot={<Button onClick={onClose}>{t.admin.done}</Button>}
    >
      <p>{t.admin.users.linkText}</p>
      <ProblemBox problem={problem} />
      {link === null && problem === null && <Skeleton rows={1} />}
      {link !== null && (
        <>
          <Secret value={link.url} label={t.admin.users.linkLabel} />
          <p class="small soft">
            {t.admin.users.linkUntil} {exactTime(link.expiresAt)}
          </p>
        </>
      )}
    </Dialog>
  );
}
