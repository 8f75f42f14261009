import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import './styles/tokens.css';
import './styles/base.css';
import './styles/login.css';
import { App } from './app/app';
import { AppSession } from './app/app-session';
import { prepare } from './app/routes/loading';
import { isForStrangers } from './app/strangers';
import { followTheme, show } from './features/preferences/theme';
import { readFallbackForm } from './features/session/fallback-form';
import { preferredLanguage, speak } from './i18n/languages';

const root = document.getElementById('root');
if (!root) throw new Error('the page has no root element');

show();
followTheme();
const screen = prepare(window.location.pathname);
const session = new AppSession();
if (isForStrangers(window.location.pathname)) session.nobody();
else void session.resume();

await Promise.all([speak(preferredLanguage()).catch(() => speak('en')), screen]);
// The server may have put its own form here: somebody may have typed into it until this very moment.
const fallback = readFallbackForm(root);
root.textContent = '';
createRoot(root).render(
  <StrictMode>
    <App session={session} fallback={fallback} />
  </StrictMode>,
);
