const PATHS = {
  close: 'M4 4l8 8M12 4l-8 8',
  check: 'M3 8.5l3.5 3.5L13 4.5',
  cross: 'M4 4l8 8M12 4l-8 8',
  system: 'M2.5 3.5h11v7.5h-11zM6 13.5h4',
  light:
    'M8 5a3 3 0 100 6 3 3 0 000-6zM8 1.5v1.5M8 13v1.5M1.5 8H3M13 8h1.5M3.4 3.4l1 1M11.6 11.6l1 1M12.6 3.4l-1 1M4.4 11.6l-1 1',
  dark: 'M13 9.5A5.5 5.5 0 016.5 3 5.5 5.5 0 108 13.5a5.5 5.5 0 005-4z',
  help: 'M5.8 6a2.3 2.3 0 114 1.6C8.9 8.3 8 8.6 8 9.7M8 12v.4',
  undo: 'M6 3L3 6l3 3M3 6h6.5a3.5 3.5 0 010 7H7',
  history: 'M2.5 8a5.5 5.5 0 105.5-5.5A5.6 5.6 0 003.6 4.7M3 2v3h3M8 5v3.3l2.2 1.4',
  target: 'M8 2.5a5.5 5.5 0 100 11 5.5 5.5 0 000-11zM8 6a2 2 0 100 4 2 2 0 000-4z',
  open: 'M9.5 3H13v3.500M13 3L7.500 8.500M11 9.500V13H3V5h3.500',
} as const;

export type IconName = keyof typeof PATHS;

/** A line drawing of 16 by 16, in the colour of the text; what it means is said by the element around it. */
export function Icon({ name }: { name: IconName }) {
  return (
    <svg class="icon" viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">
      <path
        d={PATHS[name]}
        fill="none"
        stroke="currentColor"
        stroke-width="1.5"
        stroke-linecap="round"
        stroke-linejoin="round"
      />
    </svg>
  );
}
