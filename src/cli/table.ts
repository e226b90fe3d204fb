// Lists for people: aligned columns, and texts from outside made harmless for a terminal.

/** Lines of a table: the titles, then the rows; columns as wide as their widest cell. */
export function tableLines(
  titles: readonly string[],
  rows: readonly (readonly string[])[],
): string[] {
  const shown = [titles, ...rows].map((row) => row.map(oneLine));
  const widths = titles.map((_, column) =>
    Math.max(...shown.map((row) => (row[column] ?? '').length)),
  );
  return shown.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}

/**
 * A text on one line and without control characters: a caller's name may hold an escape sequence that
 * would move the reader's cursor, a file's name may hold a line feed.
 */
export function oneLine(text: string): string {
  // C0, DEL and C1 controls, line and paragraph separators, and marks that reverse the reading.
  return text.replace(/[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu, (control) => {
    if (control === '\n') return '\\n';
    if (control === '\t') return ' ';
    return `\\u${control.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
}
