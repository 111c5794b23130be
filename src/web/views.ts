/** The views that one can go to; what is shown at each address stands in app.tsx. */
export const VIEWS = [
  { path: '/', title: 'Screen', key: 's' },
  { path: '/label', title: 'Label', key: 'l' },
  { path: '/runs', title: 'Runs', key: 'r' },
  { path: '/models', title: 'Model', key: 'm' },
] as const;
