// What is on the screen: the sign-in page, or the frame with the page of the address.

import type { VNode } from 'preact';
import { Frame } from './frame.tsx';
import { language, t } from './i18n/i18n.ts';
import { Page } from './kit/page.tsx';
import { Empty, ProblemBox, Skeleton } from './kit/words.tsx';
import { Loaded } from './loaded.tsx';
import { SignInPage } from './pages/sign-in.tsx';
import { usePlace } from './router.ts';
import { routeOf } from './routes.ts';
import { ask, session, useMe } from './session.ts';
import { useWatched } from './watched.ts';

export function App(): VNode {
  // A switch of the language draws everything again.
  useWatched(language);
  const state = useWatched(session);
  switch (state.kind) {
    case 'in':
      return (
        <Frame>
          <PageOfPlace />
        </Frame>
      );
    case 'out':
      return <SignInPage why={state.why} problem={state.problem ?? null} />;
    case 'unknown':
      return (
        <main class="content">
          <ProblemBox problem={state.problem} retry={() => void ask()} />
        </main>
      );
    default:
      return (
        <main class="content">
          <Skeleton />
        </main>
      );
  }
}

function PageOfPlace(): VNode {
  const found = routeOf(usePlace().segments);
  const { role } = useMe();
  if (found !== undefined && (found.route.roles?.includes(role) ?? true))
    return <Loaded load={found.route.load} {...found.props} />;
  return (
    <Page title={t.notFound.title}>
      <Empty title={t.notFound.text}>
        <a href="#/lines">{t.notFound.back}</a>
      </Empty>
    </Page>
  );
}
