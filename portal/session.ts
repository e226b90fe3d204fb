// Who is signed in: asked once at the start, kept for all components, and given up when the server says
// so. The address stays where it is meanwhile, so that signing in leads back to the same page.

import type { Me, SignIn } from '../src/web/api/schemas.ts';
import { keepCsrf, onSignedOut, get, post, remove } from './api.ts';
import type { Answer, ApiProblem } from './api.ts';
import { keepCountry } from './i18n/message.ts';
import { liveStart, liveStop, onSessionChange } from './live.ts';
import { Watched, useWatched } from './watched.ts';

export type SessionState =
  | { readonly kind: 'asking' }
  | { readonly kind: 'in'; readonly me: Me }
  | {
      readonly kind: 'out';
      readonly why: 'never' | 'left' | 'ended';
      readonly problem?: ApiProblem;
    }
  /** The server could not be asked. */
  | { readonly kind: 'unknown'; readonly problem: ApiProblem };

export const session = new Watched<SessionState>({ kind: 'asking' });

/** Asks the server who this browser is; with a one-time link, signs in by it. */
export async function startSession(link: string | null): Promise<void> {
  onSignedOut(() => signedOut('ended'));
  onSessionChange((change) => {
    // Another tab signed in, perhaps as somebody else, or out.
    if (change === 'out') signedOut('ended');
    else void ask();
  });
  if (link === null) return ask();
  const answer = await signIn({ link });
  if (!answer.ok) session.set({ kind: 'out', why: 'never', problem: answer.problem });
  return undefined;
}

export async function ask(): Promise<void> {
  const answer = await get<Me>('session');
  if (answer.ok) enter(answer.value);
  else if (answer.problem.status === 401) signedOut('never');
  else if (session.get().kind !== 'in') session.set({ kind: 'unknown', problem: answer.problem });
}

export async function signIn(body: SignIn): Promise<Answer<Me>> {
  const answer = await post<Me>('session', body);
  if (answer.ok) enter(answer.value);
  return answer;
}

export async function signOut(): Promise<Answer<undefined>> {
  const answer = await remove('session');
  if (answer.ok || answer.problem.status === 401) signedOut('left');
  return answer;
}

/** Who is signed in. Only in what is drawn for somebody who is. */
export function useMe(): Me {
  const state = useWatched(session);
  if (state.kind !== 'in') throw new Error('drawn for nobody');
  return state.me;
}

function enter(me: Me): void {
  keepCsrf(me.csrf);
  keepCountry(me.server.country);
  session.set({ kind: 'in', me });
  liveStart(me.csrf ?? me.name);
}

function signedOut(why: 'never' | 'left' | 'ended'): void {
  keepCsrf(null);
  liveStop();
  if (session.get().kind !== 'out') session.set({ kind: 'out', why });
}
