import type { ComponentChildren } from 'preact';

import type { ApiError } from '../api/client';

/** What stands where something will be. Shown after a moment only, so that what is quick does not flicker. */
export function Loading({ what = 'Loading' }: { what?: string }) {
  return (
    <div class="state state-loading" role="status">
      <span class="spinner" aria-hidden="true" />
      <p>{what}…</p>
    </div>
  );
}

/** What went wrong, in the words of the API, which say what to do. */
export function Failed({ error, retry }: { error: ApiError; retry?: () => void }) {
  return (
    <div class="state" role="alert">
      <h2>That did not work</h2>
      <p>{error.message}</p>
      {retry && (
        <button type="button" class="button" onClick={retry}>
          Try again
        </button>
      )}
    </div>
  );
}

/** Nothing there yet, and what to do about it. */
export function Empty({ title, children }: { title: string; children?: ComponentChildren }) {
  return (
    <div class="state">
      <h2>{title}</h2>
      {children}
    </div>
  );
}
