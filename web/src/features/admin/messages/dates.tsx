import { useLingui } from '@lingui/react';
import { useQuery } from '@tanstack/react-query';
import { useApi } from '@/api/api-context';
import { datesQuery } from '@/features/admin/api';
import { regional } from '@/i18n/languages';
import { problemWords } from '@/i18n/problem-words';
import { useNumbers } from '@/i18n/use-numbers';
import { useText } from '@/i18n/use-text';
import { anyDate, dateOf, lastPart, wayTo, type ChosenDate } from './date-path';
import css from './dates.module.css';

interface Props {
  /** Whose messages are counted. */
  people: { sender: string; recipient: string };
  date: ChosenDate;
  onChange: (date: ChosenDate) => void;
}

/** The way to a day: where one is, which is also the way back, and what there is below it. */
export function Dates({ people, date, onChange }: Props) {
  const t = useText();
  const locale = regional(useLingui().i18n.locale);
  const way = [anyDate, ...wayTo(date)];
  const name = (one: ChosenDate) =>
    one.year === '' ? t('admin.dates.all') : lastPart(one, locale);
  return (
    <div className={css.dates}>
      <nav aria-label={t('admin.dates.label')}>
        <ol className={css.way}>
          {way.map((one, index) => (
            <li key={index} className={css.step}>
              {index === way.length - 1 ? (
                <span aria-current="true">{name(one)}</span>
              ) : (
                <button type="button" className={css.back} onClick={() => onChange(one)}>
                  {name(one)}
                </button>
              )}
            </li>
          ))}
        </ol>
      </nav>
      {date.day === '' && <Below people={people} date={date} name={name} onChange={onChange} />}
    </div>
  );
}

interface BelowProps extends Props {
  name: (date: ChosenDate) => string;
}

function Below({ people, date, name, onChange }: BelowProps) {
  const t = useText();
  const numbers = useNumbers();
  const { year, month } = date;
  const { data, error } = useQuery(datesQuery(useApi(), { ...people, year, month }));
  if (error && !data) return <p className={css.failed}>{problemWords(error, t)}</p>;
  return (
    // Safari forgets that a list without marks is one.
    // eslint-disable-next-line jsx-a11y-x/no-redundant-roles
    <ul role="list" className={css.below} aria-label={t('admin.dates.below')}>
      {[...(data ?? [])].reverse().map((counted) => {
        const one = dateOf(counted);
        return (
          <li key={name(one)}>
            <button type="button" className={css.choice} onClick={() => onChange(one)}>
              {name(one)}
              <span className={css.count}>
                <span className="visually-hidden">
                  {t('admin.dates.count', { count: counted.count })}
                </span>
                <span aria-hidden="true">{numbers.whole(counted.count)}</span>
              </span>
            </button>
          </li>
        );
      })}
    </ul>
  );
}
