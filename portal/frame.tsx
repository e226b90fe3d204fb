// The frame around every page of somebody who is signed in: skip link, header, menu, content, and the
// question before unsaved input is left.

import type { ComponentChildren, VNode } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { Preferences } from './preferences.tsx';
import { t } from './i18n/i18n.ts';
import { Button, ButtonLink } from './kit/button.tsx';
import { Confirm, Toasts } from './kit/dialog.tsx';
import { CloseIcon, MarkIcon, MenuIcon, UserIcon } from './kit/icons.tsx';
import { liveState } from './live.ts';
import { menuFor } from './menu.ts';
import { answerLeaving, leaving, usePlace } from './router.ts';
import { useMe } from './session.ts';
import { useWatched } from './watched.ts';

export function Frame({ children }: { readonly children: ComponentChildren }): VNode {
  const me = useMe();
  const { path } = usePlace();
  const [open, setOpen] = useState(false);
  const content = useRef<HTMLElement>(null);
  // Choosing an entry folds the menu again.
  useEffect(() => setOpen(false), [path]);
  return (
    <>
      <SkipLink to={content} />
      <div class="frame">
        <header class="header">
          <a class="brand" href="#/lines">
            <MarkIcon />
            {t.product}
          </a>
          <span class="header-customer only-wide">{me.customer ?? t.menu.operator}</span>
          <div class="header-end">
            <LiveSign />
            <div class="row tight only-wide-flex">
              <Preferences />
            </div>
            <ButtonLink look="quiet" icon={UserIcon} href="#/account">
              <span class="only-wide">{me.name}</span>
              <span class="unseen only-narrow">{t.menu.account}</span>
            </ButtonLink>
            <span class="only-narrow">
              <Button
                iconOnly
                icon={open ? CloseIcon : MenuIcon}
                aria-expanded={open}
                aria-controls="menu"
                onClick={() => setOpen(!open)}
              >
                {t.menu.menu}
              </Button>
            </span>
          </div>
        </header>
        <Menu open={open} path={path} />
        <main id="content" class="content" ref={content} tabIndex={-1}>
          {children}
        </main>
      </div>
      <AskBeforeLeaving />
      <Toasts />
    </>
  );
}

function Menu({ open, path }: { readonly open: boolean; readonly path: string }): VNode {
  const me = useMe();
  const here = path === '/' ? '/lines' : path;
  return (
    <nav class="menu" id="menu" aria-label={t.menu.menu} hidden={!open}>
      {menuFor(me).map(({ title, entries }) => (
        <div key={title} class="menu-group">
          <p class="menu-title">{title}</p>
          <ul>
            {entries.map(({ path: entry, label, icon: Icon }) => (
              <li key={entry}>
                <a
                  href={`#${entry}`}
                  aria-current={
                    here === entry ? 'page' : here.startsWith(`${entry}/`) ? 'true' : undefined
                  }
                >
                  <Icon />
                  {label}
                </a>
              </li>
            ))}
          </ul>
        </div>
      ))}
      <div class="menu-group only-narrow">
        <Preferences />
      </div>
    </nav>
  );
}

// A link to `#content` would be a page address here.
function SkipLink({ to }: { readonly to: { current: HTMLElement | null } }): VNode {
  return (
    <a
      class="skip"
      href="#content"
      onClick={(event) => {
        event.preventDefault();
        to.current?.focus();
      }}
    >
      {t.menu.skip}
    </a>
  );
}

function LiveSign(): VNode {
  const state = useWatched(liveState);
  const live = state === 'live';
  return (
    <span class={live ? 'live-sign is-live' : 'live-sign'} role="status">
      <span class="dot" aria-hidden="true" />
      <span class={live ? 'live-words' : ''}>{live ? t.live.live : t.live.connecting}</span>
    </span>
  );
}

function AskBeforeLeaving(): VNode | null {
  if (useWatched(leaving) === null) return null;
  return (
    <Confirm
      title={t.leaving.title}
      action={t.leaving.leave}
      danger
      onConfirm={() => answerLeaving(true)}
      onClose={() => answerLeaving(false)}
    >
      <p>{t.leaving.text}</p>
    </Confirm>
  );
}
