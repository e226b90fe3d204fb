// Sending ended notifications again: all of a line that were not delivered, or those of a period. Each tells
// how far it is and what came of it, and can be stopped. The asking is replaying.ts.

import type { ComponentChildren, VNode } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { post } from '../api.ts';
import { phoneText, plural } from '../i18n/format.ts';
import { t } from '../i18n/i18n.ts';
import { tooLong } from '../i18n/message.ts';
import { Button } from '../kit/button.tsx';
import { Dialog } from '../kit/dialog.tsx';
import { Radio, TextInput } from '../kit/form.tsx';
import { RetryIcon } from '../kit/icons.tsx';
import { fieldError, Note, ProblemBox } from '../kit/words.tsx';
import { useMe } from '../session.ts';
import { focusFirstFault } from './first-fault.ts';
import { LineChoice } from './line-choice.tsx';
import { REPLAY_STATES, replayAll, replayFaults, replayQuery } from './replaying.ts';
import type { ReplayDraft, ReplayEnd, ReplayFault } from './replaying.ts';
import { LONGEST_NUMBER } from './short-listing.ts';

/** Some thousands are made to wait again before one request is answered. */
const REPLAY_TIMEOUT_MS = 120_000;

/** `line`: whose, where one was chosen; `onReplayed` is called when a dialog is closed that sent some. */
export function ReplayButtons({
  line,
  onReplayed,
}: {
  readonly line: string;
  readonly onReplayed: () => void;
}): VNode {
  const [open, setOpen] = useState<'line' | 'period' | null>(null);
  const close = (sent: boolean): void => {
    setOpen(null);
    if (sent) onReplayed();
  };
  return (
    <div class="row">
      {line !== '' && (
        <Button icon={RetryIcon} onClick={() => setOpen('line')}>
          {t.replay.line}
        </Button>
      )}
      <Button onClick={() => setOpen('period')}>{t.replay.period}</Button>
      {open === 'line' && <LineReplay line={line} onClose={close} />}
      {open === 'period' && <PeriodReplay line={line} onClose={close} />}
    </div>
  );
}

interface DialogProps {
  readonly line: string;
  readonly onClose: (sent: boolean) => void;
}

function LineReplay({ line, onClose }: DialogProps): VNode {
  const { server } = useMe();
  const replay = useReplay();
  const draft: ReplayDraft = { line, state: 'parked', from: '', to: '' };
  return (
    <Dialog
      title={t.replay.lineTitle}
      onClose={() => onClose(replay.count > 0)}
      foot={
        <Feet
          replay={replay}
          onSend={() => void replay.start(draft)}
          onClose={() => onClose(replay.count > 0)}
        />
      }
    >
      <p>{t.replay.lineText(phoneText(line, server.country))}</p>
      <p class="soft">{t.replay.mend}</p>
      <Outcome replay={replay} />
      <ProblemBox problem={replay.ended?.problem} />
    </Dialog>
  );
}

function PeriodReplay({ line, onClose }: DialogProps): VNode {
  const [draft, setDraft] = useState<ReplayDraft>({ line, state: 'parked', from: '', to: '' });
  const [tried, setTried] = useState(false);
  const body = useRef<HTMLDivElement>(null);
  const [half, setHalf] = useState<readonly ('from' | 'to')[]>([]);
  const replay = useReplay();
  const problem = replay.ended?.problem ?? null;
  const put = (some: Partial<ReplayDraft>): void => {
    setDraft({ ...draft, ...some });
    setHalf([]);
    replay.forget();
  };
  const faults = replayFaults(draft);
  const words = (field: 'from' | 'to'): string => {
    if (half.includes(field)) return t.replay.noTime;
    return fieldError(problem, field) || (tried ? faultText(faults[field]) : '');
  };
  const lineFault = tooLong(draft.line.trim(), LONGEST_NUMBER);

  const send = async (): Promise<void> => {
    setTried(true);
    // A browser gives an empty text for a moment that is half written, which would ask for all.
    const unfinished = (['from', 'to'] as const).filter(
      (_, place) => momentFields(body.current)[place]?.validity.badInput === true,
    );
    setHalf(unfinished);
    const isRight = faults.from === '' && faults.to === '' && lineFault === '';
    if (isRight && unfinished.length === 0) await replay.start(draft);
    focusFirstFault(body.current);
  };
  return (
    <Dialog
      title={t.replay.periodTitle}
      onClose={() => onClose(replay.count > 0)}
      foot={
        <Feet
          replay={replay}
          onSend={() => void send()}
          onClose={() => onClose(replay.count > 0)}
        />
      }
    >
      <div class="stack" ref={body}>
        <p class="soft">{t.replay.periodText}</p>
        <LineChoice
          value={draft.line}
          onChange={(chosen) => put({ line: chosen })}
          error={lineFault || fieldError(problem, 'line')}
        />
        <TextInput
          type="datetime-local"
          label={t.replay.from}
          hint={t.replay.fromHint}
          value={draft.from}
          onInput={(from) => put({ from })}
          error={words('from')}
        />
        <TextInput
          type="datetime-local"
          label={t.replay.to}
          hint={t.replay.toHint}
          value={draft.to}
          onInput={(to) => put({ to })}
          error={words('to')}
        />
        <fieldset>
          <legend class="field-label">{t.replay.state}</legend>
          {REPLAY_STATES.map((state) => (
            <Radio
              key={state}
              name="replay-state"
              label={t.replay.states[state]}
              hint={t.replay.stateHints[state]}
              checked={draft.state === state}
              onChange={() => put({ state })}
            />
          ))}
        </fieldset>
        <Outcome replay={replay} />
        {problem?.errors === undefined && <ProblemBox problem={problem} />}
      </div>
    </Dialog>
  );
}

function momentFields(body: HTMLElement | null): HTMLInputElement[] {
  return [...(body?.querySelectorAll<HTMLInputElement>('input[type="datetime-local"]') ?? [])];
}

function faultText(fault: ReplayFault): string {
  return fault === '' ? '' : t.replay[fault];
}

interface Replay {
  /** How many wait again so far. */
  readonly count: number;
  readonly running: boolean;
  readonly stopping: boolean;
  readonly ended: ReplayEnd | null;
  readonly start: (draft: ReplayDraft) => Promise<void>;
  readonly stop: () => void;
  /** What was said of the one before is void. */
  readonly forget: () => void;
}

function useReplay(): Replay {
  const [count, setCount] = useState(0);
  const [running, setRunning] = useState(false);
  const [stopping, setStopping] = useState(false);
  const [ended, setEnded] = useState<ReplayEnd | null>(null);
  const stopped = useRef(false);
  useEffect(
    // Who closes the dialog wants no more of it.
    () => () => {
      stopped.current = true;
    },
    [],
  );
  return {
    count,
    running,
    stopping,
    ended,
    start: async (draft) => {
      if (running) return;
      stopped.current = false;
      setRunning(true);
      setStopping(false);
      setEnded(null);
      setCount(0);
      const query = replayQuery(draft);
      const end = await replayAll(
        (after) =>
          post('replays', after === null ? query : { ...query, after }, {
            timeoutMs: REPLAY_TIMEOUT_MS,
          }),
        { goesOn: () => !stopped.current, onCount: setCount },
      );
      setRunning(false);
      setEnded(end);
    },
    stop: () => {
      stopped.current = true;
      setStopping(true);
    },
    forget: () => setEnded(null),
  };
}

/** How far it is, and what came of it, in words. */
function Outcome({ replay: { count, running, stopping, ended } }: { replay: Replay }): VNode {
  let words: ComponentChildren = null;
  if (running) words = <p>{stopping ? t.replay.stopping : plural(count, t.replay.running)}</p>;
  else if (ended?.end === 'failed') {
    words = count > 0 && <Note tone="warn">{plural(count, t.replay.failedAfter)}</Note>;
  } else if (ended !== null) {
    const { end } = ended;
    words = (
      <Note tone={end === 'done' && count > 0 ? 'good' : 'info'}>
        {count === 0 ? t.replay.none : plural(count, t.replay[end])}
      </Note>
    );
  }
  return <div role="status">{words}</div>;
}

function Feet({
  replay: { running, stopping, stop, ended, count },
  onSend,
  onClose,
}: {
  readonly replay: Replay;
  readonly onSend: () => void;
  readonly onClose: () => void;
}): VNode {
  const row = useRef<HTMLDivElement>(null);
  const before = useRef(running);
  useEffect(() => {
    // The button that was pressed is gone: the focus must not go with it.
    if (before.current !== running) row.current?.querySelector('button')?.focus();
    before.current = running;
  }, [running]);
  const isOver = ended !== null && ended.end !== 'failed' && count > 0;
  return (
    <div class="row" ref={row}>
      {running ? (
        <Button key="stop" busy={stopping} onClick={stop}>
          {t.replay.stop}
        </Button>
      ) : (
        <Button key="close" onClick={onClose}>
          {isOver ? t.kit.close : t.kit.cancel}
        </Button>
      )}
      {!running && !isOver && (
        <Button look="primary" icon={RetryIcon} onClick={onSend}>
          {t.replay.send}
        </Button>
      )}
    </div>
  );
}
