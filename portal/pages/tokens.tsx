// The tokens of programs: what each may reach, making one (its secret is shown once), removing.

import type { VNode } from 'preact';
import { useState } from 'preact/hooks';
import type { NewToken, TokenView } from '../../src/web/api/schemas.ts';
import { post } from '../api.ts';
import type { ApiProblem } from '../api.ts';
import { t } from '../i18n/i18n.ts';
import { Button } from '../kit/button.tsx';
import { Dialog } from '../kit/dialog.tsx';
import { TextInput } from '../kit/form.tsx';
import { KeyIcon, TrashIcon } from '../kit/icons.tsx';
import { Page } from '../kit/page.tsx';
import { Pager, Table } from '../kit/table.tsx';
import { Time } from '../kit/values.tsx';
import { Empty, fieldError, ProblemBox, Secret, Skeleton } from '../kit/words.tsx';
import { useWhole } from '../reading.ts';
import { useMe } from '../session.ts';
import { FaultForm } from './fault-form.tsx';
import { useSteps } from './in-steps.ts';
import { isTitle, LONGEST_TITLE } from './name-rules.ts';
import { emptyReach, isReachWhole, Reach, ReachFields, reachOf } from './reach-fields.tsx';
import { RemoveDialog } from './remove-dialog.tsx';

const FIELDS = ['name', 'customer', 'lines'];

export function TokensPage(): VNode {
  const { value, problem, reload } = useWhole<TokenView>('tokens');
  const { shown, more } = useSteps(value ?? []);
  const [adding, setAdding] = useState(false);
  const [made, setMade] = useState<NewToken | null>(null);
  const [removing, setRemoving] = useState<TokenView | null>(null);
  return (
    <Page
      title={t.admin.tokens.title}
      lead={t.admin.tokens.lead}
      actions={
        <Button look="primary" onClick={() => setAdding(true)}>
          {t.admin.tokens.add}
        </Button>
      }
    >
      <ProblemBox problem={problem} retry={reload} />
      {value === null && problem === null && <Skeleton rows={3} />}
      {value?.length === 0 && (
        <Empty icon={KeyIcon} title={t.admin.tokens.none}>
          <p>{t.admin.tokens.noneText}</p>
        </Empty>
      )}
      {value !== null && value.length > 0 && (
        <div class="card table-card">
          <Table
            caption={t.admin.tokens.caption}
            rows={shown}
            keyOf={({ id }) => id}
            columns={[
              {
                label: t.admin.tokens.program,
                heading: true,
                cell: ({ name }) => <span class="anywhere">{name}</span>,
              },
              { label: t.admin.tokens.reach, cell: (token) => <Reach {...token} /> },
              { label: t.admin.created, cell: ({ createdAt }) => <Time at={createdAt} /> },
              {
                label: '',
                end: true,
                cell: (token) => (
                  <Button small icon={TrashIcon} onClick={() => setRemoving(token)}>
                    {t.admin.remove}
                    <span class="unseen"> {token.name}</span>
                  </Button>
                ),
              },
            ]}
          />
        </div>
      )}
      {more !== null && <Pager shown={shown.length} more={more} loading={false} />}
      {adding && (
        <AddToken
          onClose={() => setAdding(false)}
          onMade={(token) => {
            setAdding(false);
            setMade(token);
            reload();
          }}
        />
      )}
      {made !== null && (
        <Dialog
          title={t.admin.tokens.secretTitle(made.token.name)}
          onClose={() => setMade(null)}
          foot={<Button onClick={() => setMade(null)}>{t.admin.done}</Button>}
        >
          <Secret value={made.secret} label={t.admin.tokens.secretLabel} />
          <p>{t.admin.tokens.secretText}</p>
          <code class="anywhere">Authorization: Bearer {made.secret}</code>
        </Dialog>
      )}
      {removing !== null && (
        <RemoveDialog
          title={t.admin.tokens.removeTitle(removing.name)}
          text={t.admin.tokens.removeText}
          path={`tokens/${encodeURIComponent(removing.id)}`}
          done={t.admin.tokens.removed(removing.name)}
          onRemoved={reload}
          onClose={() => setRemoving(null)}
        />
      )}
    </Page>
  );
}

function AddToken({
  onClose,
  onMade,
}: {
  readonly onClose: () => void;
  readonly onMade: (token: NewToken) => void;
}): VNode {
  const me = useMe();
  const [name, setName] = useState('');
  const [reach, setReach] = useState(() => emptyReach(me));
  const [tried, setTried] = useState(false);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<ApiProblem | null>(null);

  const nameFault =
    name.trim() === ''
      ? t.admin.nameMissing
      : isTitle(name.trim())
        ? ''
        : t.admin.tokens.nameForm(LONGEST_TITLE);

  const add = async (): Promise<void> => {
    setTried(true);
    setProblem(null);
    if (busy || nameFault !== '' || !isReachWhole(reach)) return;
    setBusy(true);
    const answer = await post<NewToken>('tokens', { name: name.trim(), ...reachOf(reach) });
    setBusy(false);
    if (answer.ok) onMade(answer.value);
    else setProblem(answer.problem);
  };
  const isAtField = problem?.errors?.every(({ field }) => FIELDS.includes(field)) === true;
  return (
    <Dialog title={t.admin.tokens.add} onClose={onClose}>
      <FaultForm send={add}>
        <TextInput
          label={t.admin.tokens.program}
          hint={t.admin.tokens.programHint}
          value={name}
          onInput={setName}
          error={fieldError(problem, 'name') || (tried ? nameFault : '')}
        />
        <ReachFields draft={reach} onDraft={setReach} tried={tried} problem={problem} />
        {!isAtField && <ProblemBox problem={problem} />}
        <div class="form-foot">
          <Button type="submit" look="primary" busy={busy}>
            {t.admin.tokens.add}
          </Button>
          <Button onClick={onClose}>{t.kit.cancel}</Button>
        </div>
      </FaultForm>
    </Dialog>
  );
}
