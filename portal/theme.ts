// Light or dark: as the system says, or as the reader chose. The colours are in kit/tokens.css.

import { remember, remembered } from './remembered.ts';
import { Watched } from './watched.ts';

export type Theme = 'system' | 'light' | 'dark';

export const THEMES: readonly Theme[] = ['system', 'light', 'dark'];

export const theme = new Watched<Theme>('system');

/** Takes the remembered choice; before the first drawing. */
export function startTheme(): void {
  const kept = remembered('theme');
  applyTheme(kept === 'light' || kept === 'dark' ? kept : 'system');
}

export function chooseTheme(choice: Theme): void {
  remember('theme', choice);
  applyTheme(choice);
}

function applyTheme(choice: Theme): void {
  if (choice === 'system') delete document.documentElement.dataset['theme'];
  else document.documentElement.dataset['theme'] = choice;
  theme.set(choice);
}
