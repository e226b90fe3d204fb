// How a receiver verifies that what it got is from here: what is signed, and a function to copy. A link that
// asks for this part of the page (destination-names.ts) leads to it.

import type { VNode } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { SIGNATURE_PART } from '../destination-names.ts';
import { t } from '../i18n/i18n.ts';
import { Card } from '../kit/page.tsx';
import { hrefOf, usePlace } from '../router.ts';
import { Code } from './code.tsx';
import type { SampleLanguage } from './makecall-samples.ts';
import { verifySample } from './verify-samples.ts';

export function VerifyCard({
  line,
  language,
}: {
  readonly line: string;
  readonly language: SampleLanguage;
}): VNode {
  const place = useRef<HTMLDivElement>(null);
  const isAskedFor = usePlace().query.get('part') === SIGNATURE_PART;
  useEffect(() => {
    if (isAskedFor) place.current?.scrollIntoView();
  }, [isAskedFor]);
  return (
    <div ref={place}>
      <Card title={t.destinations.verifyTitle} lead={t.destinations.verifyLead}>
        <div class="stack">
          <p>{t.destinations.verifyContent}</p>
          <Code
            text={verifySample(language)}
            label={`${t.destinations.verifyTitle} · ${t.developer.languages[language]}`}
          />
          <p>
            <a href={hrefOf(['lines', line, 'cti'])}>{t.destinations.verifyKeys}</a>
          </p>
        </div>
      </Card>
    </div>
  );
}
