// The start of the pages: the one-time link is taken out of the address before anything else, then
// theme, language and session, then the first drawing.

import { render } from 'preact';
import { App } from './app.tsx';
import { preferredLanguage, showLanguage } from './i18n/i18n.ts';
import './kit/css/kit.css';
import { startDoublePress } from './kit/double-press.ts';
import { startRouter } from './router.ts';
import { startSession } from './session.ts';
import { takeLink } from './sign-in-link.ts';
import { startTheme } from './theme.ts';

const link = takeLink();
// A link that is opened in a tab where the pages are already; before the router takes it for a page.
window.addEventListener('hashchange', (event) => {
  const secret = takeLink();
  if (secret === null) return;
  event.stopImmediatePropagation();
  void startSession(secret);
});
startTheme();
startDoublePress();
startRouter();
const asked = startSession(link);
await showLanguage(preferredLanguage());
const root = document.getElementById('app');
if (root !== null) render(<App />, root);
await asked;
