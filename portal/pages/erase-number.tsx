// Erasing one number's data, for operators: a dialog that first shows what it would take, wants to be told
// that this is meant, and stays until it is done, however long that takes. What goes and what does not is
// src/history/erasure.ts.

import type { VNode } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { CallView, Page } from '../../src/web/api/schemas.ts';
import { get, send, withQuery } from '../api.ts';
import type { ApiProblem } from '../api.ts';
import { numberText, phoneText, plural } from '../i18n/format.ts';
import { t } from '../i18n/i18n.ts';
import { tooLong } from '../i18n/message.ts';
import { Button } from '../kit/button.tsx';
import { Dialog } from '../kit/dialog.tsx';
import { Checkbox, Group, TextInput } from '../kit/form.tsx';
import { TrashIcon } from '../kit/icons.tsx';
import { fieldError, Note, ProblemBox } from '../kit/words.tsx';
import { useMe } from '../session.ts';
import { focusFirstFault } from './first-fault.ts';
import { looksLikeNumber } from './name-rules.ts';
import { LONGEST_NUMBER } from './short-listing.ts';

/** The most that one look at the calls gives. */
const MOST_LOOKED_AT = 200;
/** The server answers within 20 s, and then goes on by itself. */
const ERASE_TIMEOUT_MS = 40_000;

interface Erased {
  readonly calls: number;
  readonly notifications: number;
  /** How often the digits still stand in the database. */
  readonly remains: number;
}

/** What would go: so many calls, or more than can be counted at one look. */
interface Found {
  readonly typed: string;
  readonly calls: number;
  readonly more: boolean;
}

export function EraseNumber(): VNode {
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button icon={TrashIcon} onClick={() => setOpen(true)}>
        {t.erase.open}
      </Button>
      {open && <EraseDialog onClose={() => setOpen(false)} />}
    </>
  );
}

function EraseDialog({ onClose }: { readonly onClose: () => void }): VNode {
  const [typed, setTyped] = useState('');
  const [found, setFound] = useState<Found | null>(null);
  const [sure, setSure] = useState(false);
  const [tried, setTried] = useState(false);
  const [busy, setBusy] = useState(false);
  const [goesOn, setGoesOn] = useState(false);
  const [erased, setErased] = useState<Erased | null>(null);
  const [problem, setProblem] = useState<ApiProblem | null>(null);
  const form = useRef<HTMLFormElement>(null);
  const isThere = useRef(true);
  useEffect(
    () => () => {
      isThere.current = false;
    },
    [],
  );
  useEffect(() => {
    // The button that was pressed is another one now: the focus goes on to what is to be answered.
    if (found !== null) form.current?.querySelector<HTMLElement>('[type="checkbox"]')?.focus();
  }, [found]);
  const number = typed.trim();
  const fault =
    tooLong(number, LONGEST_NUMBER) || (looksLikeNumber(number) ? '' : t.erase.numberForm);

  const write = (text: string): void => {
    setTyped(text);
    setFound(null);
    setSure(false);
    setTried(false);
    setProblem(null);
  };
  const look = async (): Promise<void> => {
    setTried(true);
    setProblem(null);
    if (fault !== '' || busy) return;
    setBusy(true);
    const answer = await get<Page<CallView>>(
      withQuery('calls', { party: number, limit: MOST_LOOKED_AT }),
    );
    setBusy(false);
    if (!answer.ok) return setProblem(answer.problem);
    const { items, next } = answer.value;
    setTried(false);
    setFound({ typed: number, calls: items.length, more: next !== null });
    return undefined;
  };
  const erase = async (): Promise<void> => {
    setTried(true);
    setProblem(null);
    if (!sure || busy) return;
    setBusy(true);
    const ended = await eraseWhole(number, () => isThere.current, setGoesOn);
    setBusy(false);
    setGoesOn(false);
    if (ended === undefined) return;
    if ('status' in ended) setProblem(ended);
    else setErased(ended);
  };
  if (erased !== null) {
    return (
      <Dialog
        title={t.erase.title}
        onClose={onClose}
        foot={<Button onClick={onClose}>{t.kit.close}</Button>}
      >
        <Result number={number} erased={erased} />
      </Dialog>
    );
  }
  return (
    <Dialog title={t.erase.title} onClose={onClose}>
      <form
        class="stack"
        noValidate
        ref={form}
        onSubmit={(event) => {
          event.preventDefault();
          void (found === null ? look() : erase()).then(() => focusFirstFault(form.current));
        }}
      >
        <p>{t.erase.lead}</p>
        <p class="small soft">{t.erase.stays}</p>
        <TextInput
          type="tel"
          inputMode="tel"
          label={t.erase.number}
          hint={t.erase.numberHint}
          value={typed}
          disabled={busy}
          onInput={write}
          error={
            fieldError(problem, 'number') || (tried && found === null && fault !== '' ? fault : '')
          }
        />
        <div role="status" class="stack tight">
          {found !== null && <WhatGoes found={found} />}
          {goesOn && <p>{t.erase.goesOn}</p>}
        </div>
        {found !== null && (
          <Group legend={t.erase.confirm} error={tried && !sure ? t.erase.sureMissing : ''}>
            <Checkbox label={t.erase.sure} checked={sure} disabled={busy} onChange={setSure} />
          </Group>
        )}
        {fieldError(problem, 'number') === '' && <ProblemBox problem={problem} />}
        <div class="form-foot">
          {found === null ? (
            <Button key="look" type="submit" look="primary" busy={busy}>
              {t.erase.look}
            </Button>
          ) : (
            <Button key="erase" type="submit" look="danger" icon={TrashIcon} busy={busy}>
              {t.erase.action}
            </Button>
          )}
          <Button onClick={onClose}>{t.kit.cancel}</Button>
        </div>
      </form>
    </Dialog>
  );
}

/** Asks until it is done: the server tells when it needs longer. Undefined where nobody waits any more. */
async function eraseWhole(
  number: string,
  isAwaited: () => boolean,
  onGoesOn: (goesOn: boolean) => void,
): Promise<Erased | ApiProblem | undefined> {
  const path = `numbers/${encodeURIComponent(number)}`;
  while (isAwaited()) {
    const answer = await send<Erased | { detail: string }>(path, {
      method: 'DELETE',
      timeoutMs: ERASE_TIMEOUT_MS,
    });
    if (!answer.ok) return answer.problem;
    if ('calls' in answer.value) return answer.value;
    onGoesOn(true);
  }
  return undefined;
}

function WhatGoes({ found: { typed, calls, more } }: { readonly found: Found }): VNode {
  if (more) return <Note tone="warn">{t.erase.foundMore(numberText(calls), typed)}</Note>;
  if (calls === 0) return <Note>{t.erase.foundNone(typed)}</Note>;
  return <Note tone="warn">{plural(calls, t.erase.found(typed))}</Note>;
}

function Result({
  number,
  erased: { calls, notifications, remains },
}: {
  readonly number: string;
  readonly erased: Erased;
}): VNode {
  const { server } = useMe();
  const written = phoneText(number, server.country);
  return (
    <Note tone="good" live title={plural(calls, t.erase.erased(written))}>
      <p>{plural(notifications, t.erase.notifications)}</p>
      <p>{remains === 0 ? t.erase.clean : plural(remains, t.erase.remains)}</p>
    </Note>
  );
}
