// The language of the pages. `t` holds all texts of the language now: `t.lines.title`,
// `t.lines.count(3)`. Only one language is loaded. A switch draws the whole page again (app.tsx), so
// read `t` while drawing, never at the top of a module.

import { remember, remembered } from '../remembered.ts';
import { Watched } from '../watched.ts';
import type { Messages } from './message.ts';
import type { fr } from './fr.ts';

export type Language = 'fr' | 'en';

/** All texts; French is the measure, and what it has English must have too. */
export type Texts = typeof fr;

export const LANGUAGES: readonly Language[] = ['fr', 'en'];

export const language = new Watched<Language>('fr');

export let t: Texts;

/** Sentences for the codes of the server's messages (message.ts). */
export let messages: Messages = {};

/** The remembered language, else the first of the browser's that we have, else English. */
export function preferredLanguage(): Language {
  const kept = remembered('language');
  if (kept === 'fr' || kept === 'en') return kept;
  const wished = navigator.languages.map((tag) => tag.slice(0, 2).toLowerCase());
  return (
    LANGUAGES.find((each) => each === wished.find((tag) => tag === 'fr' || tag === 'en')) ?? 'en'
  );
}

/** Loads a language and shows it. */
export async function showLanguage(chosen: Language): Promise<void> {
  if (chosen === 'fr') {
    const [texts, sentences] = await Promise.all([import('./fr.ts'), import('./messages.fr.ts')]);
    t = texts.fr;
    messages = sentences.messages;
  } else {
    const [texts, sentences] = await Promise.all([import('./en.ts'), import('./messages.en.ts')]);
    t = texts.en;
    messages = sentences.messages;
  }
  document.documentElement.lang = chosen;
  language.set(chosen);
}

export async function chooseLanguage(chosen: Language): Promise<void> {
  remember('language', chosen);
  await showLanguage(chosen);
}
