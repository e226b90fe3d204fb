// The second press of a double click is meant for what was there at the first. Where a dialog or a field has
// gone meanwhile, it would press whatever stands there now: a new line's page instead of its password, or
// the switch that the bar with the button Save had covered.

/** How soon, in milliseconds, and how near, in pixels, a second press belongs to the first. */
const SOON = 450;
const NEAR = 8;

interface Press {
  readonly at: number;
  readonly x: number;
  readonly y: number;
  readonly control: Element | null;
}

/** Begins to swallow such presses, in the whole page. The keyboard's have no place and are never among them. */
export function startDoublePress(): void {
  let last: Press | null = null;
  document.addEventListener(
    'click',
    (event) => {
      if (event.detail === 0) return;
      const press = pressOf(event);
      if (last !== null && isStray(press, last)) {
        event.preventDefault();
        event.stopPropagation();
      } else {
        last = press;
      }
    },
    true,
  );
}

function pressOf({ timeStamp, clientX, clientY, target }: MouseEvent): Press {
  const control = target instanceof Element ? controlAt(target) : null;
  return { at: timeStamp, x: clientX, y: clientY, control };
}

/** What a press acts on. A label passes it on to its field, which is then a second click of the same press. */
function controlAt(target: Element): Element | null {
  const label = target.closest('label');
  if (label?.control != null) return label.control;
  return target.closest('a, button, summary, input, select, textarea');
}

/** Whether a press hits another control than the one before it, at the same place at once. */
function isStray(press: Press, last: Press): boolean {
  return (
    press.control !== null &&
    last.control !== null &&
    press.control !== last.control &&
    press.at - last.at < SOON &&
    Math.hypot(press.x - last.x, press.y - last.y) < NEAR
  );
}
