// What this browser remembers of the reader's choices. A browser that keeps nothing (private mode, full
// disk) is no error: the choice then lasts as long as the page.

export function remembered(key: string): string | null {
  try {
    return localStorage.getItem(`carillon.${key}`);
  } catch {
    return null;
  }
}

export function remember(key: string, value: string): void {
  try {
    localStorage.setItem(`carillon.${key}`, value);
  } catch {
    // As said above.
  }
}
