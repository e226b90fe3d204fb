// The reader's language and the pages' light or dark: two small lists, kept in this browser.

import type { VNode } from 'preact';
import { LANGUAGES, chooseLanguage, language, t } from './i18n/i18n.ts';
import { THEMES, chooseTheme, theme } from './theme.ts';
import { useWatched } from './watched.ts';

export function Preferences(): VNode {
  const shown = useWatched(language);
  const chosen = useWatched(theme);
  return (
    <div class="preferences">
      <select
        class="input"
        aria-label={t.preferences.language}
        value={shown}
        onChange={(event) => {
          const next = LANGUAGES.find((each) => each === event.currentTarget.value);
          if (next !== undefined) void chooseLanguage(next);
        }}
      >
        {/* A language is named in itself. */}
        <option value="fr" lang="fr" selected={shown === 'fr'}>
          Français
        </option>
        <option value="en" lang="en" selected={shown === 'en'}>
          English
        </option>
      </select>
      <select
        class="input"
        aria-label={t.preferences.theme}
        value={chosen}
        onChange={(event) => {
          const next = THEMES.find((each) => each === event.currentTarget.value);
          if (next !== undefined) chooseTheme(next);
        }}
      >
        {THEMES.map((each) => (
          <option key={each} value={each} selected={each === chosen}>
            {t.preferences.themes[each]}
          </option>
        ))}
      </select>
    </div>
  );
}
