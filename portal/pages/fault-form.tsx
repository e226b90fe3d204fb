// A form that is sent as a whole: where it is refused, its first wrong field takes the focus.

import type { ComponentChildren, VNode } from 'preact';
import { focusFirstFault } from './first-fault.ts';

export function FaultForm({
  send,
  children,
}: {
  /** Ends when the errors, if there are any, are set. Must not reject. */
  readonly send: () => Promise<void>;
  readonly children: ComponentChildren;
}): VNode {
  return (
    <form
      class="stack"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        const form = event.currentTarget;
        void send().then(() => focusFirstFault(form));
      }}
    >
      {children}
    </form>
  );
}
