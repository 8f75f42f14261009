import { useEffect, useRef, useState, type ReactNode, type SubmitEvent } from 'react';
import { useApi } from '@/api/api-context';
import { ApiProblem } from '@/api/problem';
import type { Me } from '@/api/types';
import { EyeIcon } from '@/components/icons';
import { Logo } from '@/components/logo';
import { waitWords } from '@/i18n/problem-words';
import { useText, type Translate } from '@/i18n/use-text';
import { logIn } from './api';
import type { FallbackForm } from './fallback-form';

interface Props {
  /** What there is to say before anything was tried. */
  notice?: string | undefined;
  initialError?: string | null;
  /** What was typed before this form was there. */
  typed?: Pick<FallbackForm, 'username' | 'password' | 'focused'>;
  /** Where else to go, for whoever cannot log in. */
  links?: ReactNode;
  onLoggedIn: (me: Me) => void;
}

export function LogInForm(props: Props) {
  const { notice, initialError = null, typed, links, onLoggedIn } = props;
  const t = useText();
  const api = useApi();
  const [error, setError] = useState(initialError);
  const [busy, setBusy] = useState(false);
  const [visible, setVisible] = useState(false);
  const username = useRef<HTMLInputElement>(null);
  const password = useRef<HTMLInputElement>(null);

  // Typing goes on where it was.
  useEffect(() => {
    const field = typed?.focused === 'password' ? password.current : username.current;
    field?.setSelectionRange(field.value.length, field.value.length);
  }, [typed?.focused]);

  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    if (busy) return;
    const name = username.current?.value.trim() ?? '';
    const secret = password.current?.value ?? '';
    if (name === '' || secret === '') {
      setError(t('login.error.missing'));
      (name === '' ? username : password).current?.focus();
      return;
    }
    setBusy(true);
    try {
      onLoggedIn(await logIn(api, name, secret));
    } catch (problem) {
      setError(explain(problem, t));
      setBusy(false);
      password.current?.focus();
      password.current?.select();
    }
  };

  return (
    <div className="login-card">
      <div className="login-brand">
        <Logo size={56} />
        <h1>{t('app.name')}</h1>
        <p>{t('app.tagline')}</p>
      </div>
      <form onSubmit={(event) => void submit(event)} noValidate>
        {notice && !error && <p role="status">{notice}</p>}
        {error && <p role="alert">{error}</p>}
        <label>
          {t('login.username')}
          <input
            ref={username}
            name="username"
            defaultValue={typed?.username}
            autoComplete="username"
            autoCapitalize="none"
            spellCheck={false}
            required
            // The one thing to do on this page.
            // eslint-disable-next-line jsx-a11y-x/no-autofocus
            autoFocus={typed?.focused !== 'password'}
          />
        </label>
        <div className="login-password">
          <label>
            {t('login.password')}
            <input
              ref={password}
              name="password"
              defaultValue={typed?.password}

              autoFocus={typed?.focused === 'password'}
              type={visible ? 'text' : 'password'}
              autoComplete="current-password"
              required
            />
          </label>
          <button
            type="button"
            className="login-eye"
            aria-label={visible ? t('login.hidePassword') : t('login.showPassword')}
            onClick={() => setVisible(!visible)}
          >
            <EyeIcon crossed={visible} />
          </button>
        </div>
        <button className="login-submit" aria-disabled={busy}>
          {busy ? t('login.busy') : t('login.submit')}
        </button>
      </form>
      {links && <div className="login-links">{links}</div>}
    </div>
  );
}

function explain(problem: unknown, t: Translate): string {
  const kind = problem instanceof ApiProblem ? problem.kind : 'failed';
  switch (kind) {
    case 'invalid':
      return t('login.error.wrong');
    case 'throttled': {
      const { retryAfter = 60 } = problem as ApiProblem;
      return t('login.error.throttled', { wait: waitWords(retryAfter, t) });
    }
    case 'unreachable':
      return t('login.error.unreachable');
    default:
      return t('login.error.failed');
  }
}
