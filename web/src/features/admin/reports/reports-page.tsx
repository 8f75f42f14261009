import { useInfiniteQuery } from '@tanstack/react-query';
import { useApi } from '@/api/api-context';
import { EndlessList } from '@/components/endless-list';
import { listQuery } from '@/features/admin/api';
import { ChoiceFilter } from '@/features/admin/filter-fields';
import { ListEnd } from '@/features/admin/list-end';
import { SectionPage } from '@/features/admin/section-page';
import type { AdminReport } from '@/features/admin/types';
import { useFilters } from '@/features/admin/use-filters';
import { useText } from '@/i18n/use-text';
import { ReportCard } from './report-card';
import css from './reports.module.css';

const states = ['open', 'closed', 'all'] as const;

/** Messages that were reported: what is to be done first. */
export function ReportsPage() {
  const t = useText();
  const [filters, change] = useFilters(['state']);
  const state = states.find((one) => one === filters.state) ?? 'open';
  const wanted = { state: state === 'all' ? '' : state };
  const reports = useInfiniteQuery(listQuery<AdminReport>(useApi(), 'report', wanted));
  const rows = reports.data?.pages.flatMap((page) => page.results) ?? [];
  const more = () => {
    const may = reports.hasNextPage && !reports.isFetching && !reports.isFetchNextPageError;
    if (may) void reports.fetchNextPage();
  };
  return (
    <SectionPage
      title={t('admin.reports.title')}
      tools={
        <ChoiceFilter
          label={t('admin.reports.state')}
          value={state}
          choices={states.map((value) => ({ value, label: t(`admin.reports.state.${value}`) }))}
          onChange={(chosen) => change({ state: chosen === 'open' ? '' : chosen })}
        />
      }
    >
      <div className={css.list}>
        <EndlessList
          key={state}
          label={t('admin.reports.title')}
          items={rows}
          onEnd={more}
          footer={
            <ListEnd
              query={reports}
              empty={rows.length === 0}
              none={t(state === 'open' ? 'admin.reports.noneOpen' : 'admin.reports.none')}
              words={undefined}
            />
          }
        >
          {(report) => <ReportCard key={report.id} report={report} />}
        </EndlessList>
      </div>
    </SectionPage>
  );
}
