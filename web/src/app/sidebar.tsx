import type { UseInfiniteQueryResult } from '@tanstack/react-query';
import { useCallback, useDeferredValue, useState, type KeyboardEvent, type RefObject } from 'react';
import { useLocation } from 'wouter';
import type { User } from '@/api/types';
import { Button } from '@/components/button';
import { BackIcon, ComposeIcon } from '@/components/icons';
import { Logo } from '@/components/logo';
import { nameOf } from '@/components/names';
import { moveAmongRows } from '@/components/row-keys';
import { SearchField } from '@/components/search-field';
import { useSettled } from '@/components/use-settled';
import { ConversationList } from '@/features/conversations/conversation-list';
import { findConversation, type Inbox } from '@/features/conversations/inbox';
import { PeopleFound } from '@/features/people/people-found';
import { PeopleList } from '@/features/people/people-list';
import { AccountMenu } from '@/features/preferences/account-menu';
import { longestSearch } from '@/features/search/api';
import { FoundMessages } from '@/features/search/found-messages';
import { useText } from '@/i18n/use-text';
import { useStore } from '@/realtime/store';
import type { AppSession } from './app-session';
import type { ChatEngine } from './chat-engine';
import css from './sidebar.module.css';
import { useAlertToggles } from './use-alert-toggles';
import { useMe } from './use-me';

interface Props {
  className: string | undefined;
  session: AppSession;
  engine: ChatEngine;
  inbox: UseInfiniteQueryResult<Inbox>;
  selected: string | null;
  searchField: RefObject<HTMLInputElement | null>;
  onShortcuts: () => void;
}

/** Pause in typing after which the server is asked. */
const pause = 180;

export function Sidebar(props: Props) {
  const { className, session, engine, inbox, selected, searchField, onShortcuts } = props;
  const t = useText();
  const [, navigate] = useLocation();
  const me = useMe(engine);
  const [words, setWords] = useState('');
  const [browsing, setBrowsing] = useState(false);
  const [stuck, setStuck] = useState(false);
  const search = useDeferredValue(useSettled(words.trim(), pause));
  const meet = useCallback((users: readonly User[]) => engine.presence.meet(users), [engine]);
  const nobodyYet = inbox.data?.pages[0]?.results.length === 0;
  const muted = useStore(engine.news.muted.peers);
  const searching = words.trim() !== '' && search !== '';
  // While one types on, the rows are of other words: Enter must not open one of those.
  const settled = search === words.trim();
  const showPeople = browsing || nobodyYet;
  const find = (username: string) =>
    username === me.username ? me : findConversation(inbox.data, username)?.user;

  const chosen = () => {
    setWords('');
    setBrowsing(false);
  };
  const onKeyDown = (event: KeyboardEvent<HTMLElement>) => {
    const field = searchField.current;
    const enter = event.key === 'Enter' && event.target === field;
    if (enter && (!searching || !settled)) return;
    const clear = event.key === 'Escape' && event.target === field && words !== '';
    if (clear) setWords('');
    if (clear || moveAmongRows(event, field)) event.preventDefault();
  };
  const logOut = () => {
    setStuck(false);
    session.logOut().catch(() => setStuck(true));
  };

  return (
    // The keys go through what can be reached with Tab as well.
    // eslint-disable-next-line jsx-a11y-x/no-noninteractive-element-interactions
    <nav
      className={[css.sidebar, className].join(' ')}
      aria-label={t('sidebar.label')}
      onKeyDown={onKeyDown}
    >
      <header className={css.header}>
        <Logo size={30} />
        <p className={css.title}>{t('app.name')}</p>
        <Button
          look="icon"
          aria-label={browsing ? t('sidebar.newClose') : t('sidebar.new')}
          onClick={() => setBrowsing(!browsing)}
        >
          {browsing ? <BackIcon /> : <ComposeIcon />}
        </Button>
        <AccountMenu
          name={nameOf(me)}
          username={me.username}
          picture={me.avatar}
          toggles={useAlertToggles(engine.news.alerts)}
          onSettings={() => navigate('/settings/')}
          onAdmin={me.is_superuser ? () => navigate('/admin/') : undefined}
          onShortcuts={onShortcuts}
          onLogOut={logOut}
        />
      </header>
      <div className={css.search}>
        <SearchField
          ref={searchField}
          label={t('search.label')}
          value={words}
          onChange={setWords}
          longest={longestSearch}
        />
      </div>
      {stuck && (
        <p role="alert" className={css.alert}>
          {t('menu.logout.failed')}
        </p>
      )}
      {searching ? (
        <FoundMessages
          search={search}
          me={engine.me.username}
          find={find}
          onChoose={(peer, seq) => void engine.timeline(peer).jumpTo(seq)}
          header={
            <PeopleFound search={search} selected={selected} onMeet={meet} onChoose={chosen} />
          }
        />
      ) : showPeople ? (
        <PeopleList selected={selected} onMeet={meet} onChoose={chosen} />
      ) : (
        <ConversationList
          inbox={inbox}
          me={engine.me.username}
          selected={selected}
          muted={muted}
          draftOf={(peer) => engine.drafts.get(peer)}
        />
      )}
    </nav>
  );
}
