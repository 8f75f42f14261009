import type { UseInfiniteQueryResult } from '@tanstack/react-query';
import { Button } from '@/components/button';
import { EndlessList } from '@/components/endless-list';
import { Notice } from '@/components/notice';
import { Skeleton } from '@/components/skeleton';
import { useText } from '@/i18n/use-text';
import { ConversationRow } from './conversation-row';
import { conversationsOf, type Inbox } from './inbox';

interface Props {
  inbox: UseInfiniteQueryResult<Inbox>;
  me: string;
  selected: string | null;
  muted: ReadonlySet<string>;
  draftOf: (peer: string) => string;
}

/** Everyone one has written with, latest activity first. */
export function ConversationList({ inbox, me, selected, muted, draftOf }: Props) {
  const t = useText();
  if (inbox.isPending) return <Skeleton />;
  if (!inbox.data) {
    return (
      <Notice title={t('conversations.failed')} urgent>
        <Button look="quiet" onClick={() => void inbox.refetch()}>
          {t('action.retry')}
        </Button>
      </Notice>
    );
  }
  const more = () => {
    if (inbox.hasNextPage && !inbox.isFetching) void inbox.fetchNextPage();
  };
  return (
    <EndlessList label={t('conversations.title')} items={conversationsOf(inbox.data)} onEnd={more}>
      {(conversation) => (
        <ConversationRow
          key={conversation.user.username}
          conversation={conversation}
          me={me}
          muted={muted.has(conversation.user.username)}
          current={conversation.user.username === selected}
          draft={conversation.user.username === selected ? '' : draftOf(conversation.user.username)}
        />
      )}
    </EndlessList>
  );
}
