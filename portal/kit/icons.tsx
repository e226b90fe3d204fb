// The icons, drawn in the text's colour and hidden from screen readers: words always stand beside them or
// in the label. Strokes on a grid of 24.

import type { ComponentChildren, VNode } from 'preact';

function icon(paths: ComponentChildren): () => VNode {
  return () => (
    <svg
      class="icon"
      viewBox="0 0 24 24"
      fill="none"
      stroke="currentColor"
      stroke-width="1.8"
      stroke-linecap="round"
      stroke-linejoin="round"
      aria-hidden="true"
      focusable="false"
    >
      {paths}
    </svg>
  );
}

const of = (...ds: string[]): (() => VNode) => icon(ds.map((d) => <path key={d} d={d} />));

export const BellIcon = of('M6 16V10a6 6 0 0 1 12 0v6l2 2H4z', 'M10 21h4', 'M12 2v2');
export const PhoneIcon = of(
  'M6 3h3l2 5-2.5 1.6a11 11 0 0 0 5.9 5.9L16 13l5 2v3a3 3 0 0 1-3.3 3A16 16 0 0 1 3 6.3 3 3 0 0 1 6 3z',
);
export const LinesIcon = of(
  'M5 3h9v18H5z',
  'M8 6h3',
  'M9 18h1',
  'M17.5 8a5 5 0 0 1 0 8',
  'M20 5.5a9 9 0 0 1 0 13',
);
export const CallsIcon = of('M12 21a9 9 0 1 0-9-9', 'M3 6v6h6', 'M12 7v5l3 2');
export const NotificationsIcon = of('M4 12h13', 'm12 6 6 6-6 6', 'M21 4v16');
export const DeveloperIcon = of('m8 7-5 5 5 5', 'm16 7 5 5-5 5', 'm13.5 4-3 16');
export const CustomersIcon = of(
  'M4 21V5l8-2v18',
  'M12 9h8v12',
  'M2 21h20',
  'M8 8v.01M8 12v.01M8 16v.01M16 13v.01M16 17v.01',
);
export const UsersIcon = of(
  'M9 11a4 4 0 1 0 0-8 4 4 0 0 0 0 8z',
  'M2 21a7 7 0 0 1 14 0',
  'M16 3.5a4 4 0 0 1 0 7',
  'M18.5 14.5A7 7 0 0 1 22 21',
);
export const KeyIcon = of(
  'M8 19a5 5 0 1 0 0-10 5 5 0 0 0 0 10z',
  'm11.5 10.5 8-8',
  'm16 6 3.5 3.5',
);
export const ImportIcon = of(
  'M7 4v13',
  'm3.5 13.5 3.5 3.5 3.5-3.5',
  'M17 20V7',
  'm13.5 10.5 3.5-3.5 3.5 3.5',
);
export const MenuIcon = of('M4 7h16M4 12h16M4 17h16');
export const CloseIcon = of('m6 6 12 12M18 6 6 18');
export const CheckIcon = of('m5 12.5 4.5 4.500L19 7.5');
export const CrossIcon = of('m7 7 10 10M17 7 7 17');
export const WarnIcon = of('M12 3 2 20h20z', 'M12 10v4', 'M12 17v.01');
export const BadIcon = of('M8.5 3h7L21 8.500v7L15.5 21h-7L3 15.500v-7z', 'M12 8v5', 'M12 16v.01');
export const InfoIcon = of('M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18z', 'M12 11v5', 'M12 8v.01');
export const GoodIcon = of('M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18z', 'm8 12.5 2.8 2.800L16 9.5');
export const WaitIcon = of('M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18z', 'M12 7v5l3 2');
export const CopyIcon = of('M9 9h11v11H9z', 'M15 9V4H4v11h5');
export const EditIcon = of('m4 20 1-4L16 5l3 3L8 19z', 'm14 7 3 3');
export const SearchIcon = of('M11 18a7 7 0 1 0 0-14 7 7 0 0 0 0 14z', 'm16 16 5 5');
export const BackIcon = of('m14 6-6 6 6 6');
export const InIcon = of('M19 5 6 18', 'M6 9v9h9');
export const OutIcon = of('M5 19 18 6', 'M9 6h9v9');
export const MissedIcon = of('m4 7 8 8 8-8', 'M4 13V7h6');
export const UserIcon = of('M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8z', 'M4 21a8 8 0 0 1 16 0');
export const RetryIcon = of('M20 12a8 8 0 1 1-2.3-5.7', 'M20 3v4h-4');
export const OpenIcon = of('M14 4h6v6', 'm20 4-9 9', 'M18 14v6H4V6h6');
export const DownloadIcon = of('M12 4v11', 'm7 11 5 5 5-5', 'M4 20h16');
export const PlayIcon = of('M7 4v16l13-8z');
export const TrashIcon = of('M4 7h16', 'M9 7V4h6v3', 'M6 7l1 14h10l1-14');

/** The mark: three bells, as a call has three moments. */
export const MarkIcon = (): VNode => (
  <svg viewBox="0 0 32 32" aria-hidden="true" focusable="false">
    <rect width="32" height="32" rx="8" fill="currentColor" />
    <g
      class="mark-bells"
      fill="none"
      stroke-width="2"
      stroke-linecap="round"
      stroke-linejoin="round"
    >
      <path d="M5 8h22" />
      <path d="M9 8v4m-3 6c1-1 1-2 1-3.500a2 2 0 0 1 4 0c0 1.5 0 2.5 1 3.500z" />
      <path d="M16 8v7m-3 8c1-1 1-3 1-5a2 2 0 0 1 4 0c0 2 0 4 1 5z" />
      <path d="M23 8v3m-3 6c1-1 1-2 1-3a2 2 0 0 1 4 0c0 1 0 2 1 3z" />
    </g>
  </svg>
);
