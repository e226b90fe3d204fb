// A URL as it is sent, with what was filled into its template marked.

import type { VNode } from 'preact';
import { partsOf } from '../preview-parts.ts';

export function ColouredUrl({
  template,
  url,
}: {
  readonly template: string;
  readonly url: string;
}): VNode {
  return (
    <>
      {partsOf(template, url).map(({ text, kind }, place) =>
        kind === 'written' ? (
          text
        ) : (
          <mark key={place} class={kind}>
            {text}
          </mark>
        ),
      )}
    </>
  );
}
