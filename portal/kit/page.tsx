// The parts of a page: its heading, cards, tabs, and lists of names and values.

import type { ComponentChildren, VNode } from 'preact';
import { useEffect, useId, useRef } from 'preact/hooks';
import { t } from '../i18n/i18n.ts';
import { takeFocusDue, usePlace } from '../router.ts';

/**
 * A page with its one h1, which names the window and takes the focus after a navigation.
 * `back` is a link above the heading, `actions` stand at its end.
 */
export function Page({
  title,
  windowTitle,
  lead,
  back,
  actions,
  children,
}: {
  readonly title: ComponentChildren;
  /** Where the title is more than a text. */
  readonly windowTitle?: string;
  readonly lead?: ComponentChildren;
  readonly back?: ComponentChildren;
  readonly actions?: ComponentChildren;
  readonly children: ComponentChildren;
}): VNode {
  const heading = useRef<HTMLHeadingElement>(null);
  const name = windowTitle ?? (typeof title === 'string' ? title : '');
  const { path } = usePlace();
  useEffect(() => {
    document.title = name === '' ? t.product : `${name} · ${t.product}`;
  }, [name]);
  useEffect(() => {
    if (takeFocusDue()) heading.current?.focus({ preventScroll: true });
  }, [path]);
  return (
    <div class="page">
      <div class="page-head">
        <div class="grow">
          {back !== undefined && <div class="small">{back}</div>}
          <h1 ref={heading} tabIndex={-1}>
            {title}
          </h1>
          {lead !== undefined && <div class="page-lead">{lead}</div>}
        </div>
        {actions !== undefined && <div class="page-actions">{actions}</div>}
      </div>
      {children}
    </div>
  );
}

/** A part of a page with its h2. */
export function Card({
  title,
  lead,
  actions,
  children,
}: {
  readonly title?: ComponentChildren;
  readonly lead?: ComponentChildren;
  readonly actions?: ComponentChildren;
  readonly children: ComponentChildren;
}): VNode {
  const id = useId();
  return (
    <section class="card" aria-labelledby={title === undefined ? undefined : id}>
      {title !== undefined && (
        <div class="card-head">
          <h2 id={id}>{title}</h2>
          {actions}
          {lead !== undefined && <p class="card-lead">{lead}</p>}
        </div>
      )}
      {children}
    </section>
  );
}

/** Links between the pages of one thing; the one that is shown is marked. */
export function Tabs({
  label,
  tabs,
}: {
  readonly label: string;
  readonly tabs: readonly {
    readonly href: string;
    readonly label: string;
    readonly current: boolean;
  }[];
}): VNode {
  const nav = useRef<HTMLElement>(null);
  const shown = tabs.find(({ current }) => current)?.href;
  useEffect(() => {
    // On a phone the row is wider than the screen: the tab that is shown stands in its middle.
    const row = nav.current;
    const link = row?.querySelector<HTMLElement>('[aria-current]');
    if (row == null || link == null) return;
    row.scrollLeft = link.offsetLeft - (row.clientWidth - link.offsetWidth) / 2;
  }, [shown]);
  return (
    <nav class="tabs" aria-label={label} ref={nav}>
      <ul>
        {tabs.map((tab) => (
          <li key={tab.href}>
            <a href={tab.href} aria-current={tab.current ? 'page' : undefined}>
              {tab.label}
            </a>
          </li>
        ))}
      </ul>
    </nav>
  );
}

/** Names and values. */
export function Facts({
  facts,
}: {
  readonly facts: readonly (readonly [name: string, value: ComponentChildren])[];
}): VNode {
  return (
    <dl class="facts">
      {facts.map(([name, value]) => (
        <>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </>
      ))}
    </dl>
  );
}
