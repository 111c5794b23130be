import { useState } from 'preact/hooks';

import { enterToken, tokenPrompt } from '../api/token';
import { Dialog } from './dialog';

/** Asks for the token, where the server wants one. */
export function TokenPrompt() {
  const [entered, setEntered] = useState('');
  const [trying, setTrying] = useState(false);
  if (tokenPrompt.value === null) return null;
  const enter = async (event: Event): Promise<void> => {
    event.preventDefault();
    setTrying(true);
    await enterToken(entered);
    setTrying(false);
  };
  return (
    <Dialog title="A token, please" onClose={() => undefined} mayClose={false}>
      <form class="stack" onSubmit={(event) => void enter(event)}>
        <p>
          This server lets in who has its token: the value of <code>WINNOW_WRITE_TOKEN</code>, or of{' '}
          <code>WINNOW_READ_TOKEN</code> to look and not to change. It is kept until this tab is closed.
        </p>
        <label class="field">
          <span>Token</span>
          <input
            class="input"
            type="password"
            autocomplete="current-password"
            required
            value={entered}
            onInput={({ currentTarget }) => setEntered(currentTarget.value)}
          />
        </label>
        {tokenPrompt.value === 'REFUSED' && !trying && (
          <p class="wrong" role="alert">
            The server does not know this token.
          </p>
        )}
        <div class="actions">
          <button type="submit" class="button button-main" disabled={trying}>
            Enter
          </button>
        </div>
      </form>
    </Dialog>
  );
}
