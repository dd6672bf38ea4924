import { useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { tokenStore } from '../data/token-store.ts';
import { focusFirst } from '../widgets/focus-first.ts';

/** Shown when the server answers 401: it listens beyond this machine and wants its token. */
export function SignIn() {
  const client = useQueryClient();
  const [token, setToken] = useState('');
  const [problem, setProblem] = useState('');
  const [isTrying, setTrying] = useState(false);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setTrying(true);
    const response = await fetch('/api/fleet/health', { headers: { authorization: `Bearer ${token.trim()}` } }).catch(
      () => undefined,
    );
    setTrying(false);
    if (response === undefined) setProblem('The server does not answer. Is it running?');
    else if (response.status === 401)
      setProblem('That is not the token. It was printed when the server started for the first time.');
    else {
      client.clear();
      tokenStore.give(token);
    }
  };
  return (
    <main className="sign-in" id="main">
      <img src="/mark.svg" alt="" width="32" height="32" />
      <h1>Sign in to JAEGIS</h1>
      <p className="muted">
        This server is reachable from other machines, so it asks for its token. It was printed at the first start.
      </p>
      <form onSubmit={submit}>
        <label htmlFor="token">Token</label>
        <input
          id="token"
          className="field"
          type="password"
          autoComplete="current-password"
          ref={focusFirst}
          required
          value={token}
          onChange={(event) => setToken(event.target.value)}
          aria-describedby="token-problem"
        />
        <p id="token-problem" className="bad-text" role="alert">
          {problem}
        </p>
        <button type="submit" className="button button-main" disabled={isTrying || token.trim() === ''}>
          {isTrying ? 'Trying' : 'Sign in'}
        </button>
      </form>
      <p className="faint small">The token stays in this tab and is forgotten when it is closed.</p>
    </main>
  );
}
