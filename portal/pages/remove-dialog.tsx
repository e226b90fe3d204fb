// The question before something is removed, and what the server says where it refuses.

import type { VNode } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { remove } from '../api.ts';
import type { ApiProblem } from '../api.ts';
import { t } from '../i18n/i18n.ts';
import { Confirm, toast } from '../kit/dialog.tsx';
import { ProblemBox } from '../kit/words.tsx';

export function RemoveDialog({
  title,
  text,
  path,
  done,
  onRemoved,
  onClose,
}: {
  readonly title: string;
  readonly text: string;
  /** Of the API. */
  readonly path: string;
  /** What is told when it is removed. */
  readonly done: string;
  readonly onRemoved: () => void;
  readonly onClose: () => void;
}): VNode {
  const [busy, setBusy] = useState(false);
  const [removed, setRemoved] = useState(false);
  const [problem, setProblem] = useState<ApiProblem | null>(null);
  const confirm = async (): Promise<void> => {
    setBusy(true);
    const answer = await remove(path);
    setBusy(false);
    // Gone already is as wished.
    if (!answer.ok && answer.problem.status !== 404) {
      setProblem(answer.problem);
      return;
    }
    setRemoved(true);
    toast(done);
    onRemoved();
  };
  // Drawn once more, so that it knows that its row goes.
  useEffect(() => {
    if (removed) onClose();
  }, [removed]);
  return (
    <Confirm
      title={title}
      action={t.admin.remove}
      danger
      busy={busy}
      openerGoes={removed}
      onConfirm={() => void confirm()}
      onClose={onClose}
    >
      <p>{text}</p>
      <ProblemBox problem={problem} />
    </Confirm>
  );
}
