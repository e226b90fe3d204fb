// A program to copy, as the developer's page shows them.

import type { VNode } from 'preact';
import { t } from '../i18n/i18n.ts';
import { CopyButton } from '../kit/button.tsx';
import './records.css';

/** A program with its copy button. It scrolls, so it can be reached by keyboard. */
export function Code({ text, label }: { readonly text: string; readonly label: string }): VNode {
  return (
    <div class="stack tight">
      <div class="row">
        <CopyButton text={text} label={`${t.developer.code} (${label})`} words />
      </div>
      <pre class="code-block" role="region" tabIndex={0} aria-label={label}>
        <code>{text}</code>
      </pre>
    </div>
  );
}
