// The one-time sign-in link, `https://host/#link=SECRET`. Browsers send no fragment to a server, so the
// secret is in no log; it must not stay in the address or the history either.

const LINK = /^#link=([A-Za-z0-9_-]+)$/;

/** The secret of the link in the address, which is taken out of it; null where there is none. */
export function takeLink(): string | null {
  const secret = LINK.exec(location.hash)?.[1] ?? null;
  if (secret !== null) history.replaceState(null, '', `${location.pathname}${location.search}`);
  return secret;
}
