import { useQuery } from '@tanstack/react-query';
import { useApi } from '@/api/api-context';
import { Loaded } from '@/components/loaded';
import { Note } from '@/components/note';
import { problemWords } from '@/i18n/problem-words';
import { useText } from '@/i18n/use-text';
import { liveQuery } from './api';
import { Charts } from './charts';
import css from './dashboard.module.css';
import { Figures } from './figures';
import { Parts } from './parts';

/** How the server does at this moment, and how it did in the last ten minutes. */
export function Dashboard() {
  const t = useText();
  const history = useQuery(liveQuery(useApi()));
  return (
    <div
      className={css.page}
      role="region"
      aria-label={t('admin.overview.title')}
      // It is scrolled with the keyboard, too.
      // eslint-disable-next-line jsx-a11y-x/no-noninteractive-tabindex
      tabIndex={0}
    >
      <h2 className="visually-hidden">{t('admin.overview.title')}</h2>
      <Loaded query={history}>
        {(samples) => {
          const latest = samples.at(-1);
          return (
            latest && (
              <>
                {history.isError && (
                  <Note kind="bad">
                    {problemWords(history.error, t)} {t('admin.overview.stale')}
                  </Note>
                )}
                <Figures status={latest.status} />
                <Charts history={samples} />
                <Parts status={latest.status} />
              </>
            )
          );
        }}
      </Loaded>
    </div>
  );
}
