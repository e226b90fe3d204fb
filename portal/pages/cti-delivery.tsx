// How patiently the line's notifications are delivered: four settings, each of which may be left to the
// server, and a sentence that says what holds now. The draft and its saving are cti.tsx's.

import type { VNode } from 'preact';
import { spanText } from '../delivery-draft.ts';
import { numberText } from '../i18n/format.ts';
import { t } from '../i18n/i18n.ts';
import { Select, TextInput } from '../kit/form.tsx';
import { fieldError } from '../kit/words.tsx';
import type { PartProps } from './cti.tsx';

const MODES = ['', 'at-least-once', 'at-most-once'] as const;

export function DeliveryPart({ line, draft, set, problem, readOnly }: PartProps): VNode {
  const { timeoutS, windowS, retryS, mode } = line.delivery;
  const texts = t.delivery;
  const own = line.deliveryMode === '' ? texts.modeNow(texts.modes[mode]) : texts.modes[''];
  return (
    <div class="stack">
      <div>
        <h2>{texts.title}</h2>
        <p class="small soft">{texts.lead}</p>
      </div>
      <p class="small">
        {texts.now({
          timeout: spanText(timeoutS, numberText),
          // Not commas: one of the languages has them within numbers.
          retry: retryS.map(numberText).join(' – '),
          window: spanText(windowS, numberText),
        })}
      </p>
      <div class="delivery-times">
        <TextInput
          label={texts.timeout}
          hint={texts.timeoutHint}
          value={draft.deliveryTimeout}
          disabled={readOnly}
          onInput={(deliveryTimeout) => set({ deliveryTimeout })}
          error={fieldError(problem, 'deliveryTimeoutS')}
        />
        <TextInput
          label={texts.window}
          hint={texts.windowHint}
          value={draft.deliveryWindow}
          disabled={readOnly}
          onInput={(deliveryWindow) => set({ deliveryWindow })}
          error={fieldError(problem, 'deliveryWindowS')}
        />
      </div>
      <TextInput
        label={texts.retry}
        hint={texts.retryHint}
        value={draft.deliveryRetry}
        disabled={readOnly}
        onInput={(deliveryRetry) => set({ deliveryRetry })}
        error={fieldError(problem, 'deliveryRetryS')}
      />
      <Select
        label={texts.mode}
        hint={texts.modeHint}
        value={draft.deliveryMode}
        disabled={readOnly}
        onChange={(chosen) => {
          const deliveryMode = MODES.find((each) => each === chosen);
          if (deliveryMode !== undefined) set({ deliveryMode });
        }}
        options={MODES.map((each) => ({
          value: each,
          label: each === '' ? own : texts.modes[each],
        }))}
        error={fieldError(problem, 'deliveryMode')}
      />
    </div>
  );
}
