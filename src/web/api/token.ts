import { signal } from '@preact/signals';

/** Where the token is kept: for as long as the tab is open, out of reach of other tabs. */
const STORED = 'winnow-token';

/** What the prompt for the token says; null while none is wanted. */
export const tokenPrompt = signal<'MISSING' | 'REFUSED' | null>(null);

let token = sessionStorage.getItem(STORED);
let answered: { promise: Promise<void>; resolve: () => void } | null = null;

/** The header that says who asks; empty without a token. */
export function authorization(): Record<string, string> {
  return token === null ? {} : { authorization: `Bearer ${token}` };
}

/** Shows the prompt, once for all who ask meanwhile; resolves when a token has been entered that the server knows. */
export function askForToken(): Promise<void> {
  if (answered === null) {
    let resolve = (): void => undefined;
    const promise = new Promise<void>((done) => (resolve = done));
    answered = { promise, resolve };
    tokenPrompt.value = token === null ? 'MISSING' : 'REFUSED';
  }
  return answered.promise;
}

/** Tries the token that was entered. The server gives the pass for pictures in exchange, or says that it does not know it. */
export async function enterToken(entered: string): Promise<void> {
  token = entered.trim();
  if (!(await getPicturePass())) {
    tokenPrompt.value = 'REFUSED';
    return;
  }
  sessionStorage.setItem(STORED, token);
  tokenPrompt.value = null;
  answered?.resolve();
  answered = null;
}

/** <img> cannot send a token, so it is exchanged for a cookie; false where the token is not known. */
async function getPicturePass(): Promise<boolean> {
  const response = await fetch('/picture-pass', { method: 'POST', headers: authorization() }).catch(() => null);
  return response?.ok ?? false;
}

if (token !== null) void getPicturePass();
