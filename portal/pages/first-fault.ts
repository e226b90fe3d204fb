// Where a form was refused: the first field that is wrong takes the focus, so that its error is read and
// seen, in a long dialog too.

/** Call after the errors were set; it waits for their drawing. */
export function focusFirstFault(form: HTMLElement | null): void {
  requestAnimationFrame(() =>
    form?.querySelector<HTMLElement>('[aria-invalid], [data-invalid]')?.focus(),
  );
}
