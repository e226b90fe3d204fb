// A component that is loaded when it is first drawn: each page is a file of its own. Where the file is
// gone, since a newer version was installed meanwhile, it offers to load everything anew.

import type { VNode } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { t } from './i18n/i18n.ts';
import { Button } from './kit/button.tsx';
import { Note, Skeleton } from './kit/words.tsx';
import type { PageComponent, PageProps } from './routes.ts';

type Load = () => Promise<PageComponent>;

const loaded = new Map<Load, PageComponent>();

/** Draws the component that `load` gives; one and the same `load` is called once. */
export function Loaded({ load, ...props }: PageProps & { readonly load: Load }): VNode | null {
  const [, setRound] = useState(0);
  const [failed, setFailed] = useState<Load | null>(null);
  useEffect(() => {
    if (loaded.has(load)) return undefined;
    let there = true;
    load().then(
      (component) => {
        loaded.set(load, component);
        if (there) setRound((old) => old + 1);
      },
      () => {
        if (there) setFailed(() => load);
      },
    );
    return () => {
      there = false;
    };
  }, [load]);

  const Component = loaded.get(load);
  if (Component !== undefined) return <Component {...props} />;
  if (failed !== load) return <Skeleton rows={5} />;
  return (
    <Note tone="bad" live title={t.problem.newVersion}>
      <div>
        <Button small onClick={() => location.reload()}>
          {t.problem.reload}
        </Button>
      </div>
    </Note>
  );
}
