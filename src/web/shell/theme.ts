import { signal } from '@preact/signals';

const STORED = 'winnow-theme';
const THEMES = ['system', 'light', 'dark'] as const;

export type Theme = (typeof THEMES)[number];

export const theme = signal<Theme>(THEMES.find((one) => one === localStorage.getItem(STORED)) ?? 'system');

/** Puts the theme on the document, where the style sheets look for it. */
export function showTheme(): void {
  document.documentElement.dataset.theme = theme.value;
}

export function nextTheme(): void {
  theme.value = THEMES[(THEMES.indexOf(theme.value) + 1) % THEMES.length];
  localStorage.setItem(STORED, theme.value);
  showTheme();
}
