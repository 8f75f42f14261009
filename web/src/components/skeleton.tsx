import { useText } from '@/i18n/use-text';
import css from './skeleton.module.css';

const rows = [62, 45, 70, 38, 55, 66];

/** The shape of a list that is about to come. */
export function Skeleton() {
  const t = useText();
  return (
    <div className={css.skeleton} role="status">
      <span className="visually-hidden">{t('app.loading')}</span>
      {rows.map((width) => (
        <div key={width} className={css.row} aria-hidden="true">
          <span className={css.face} />
          <span className={css.lines}>
            <span className={css.line} style={{ inlineSize: `${width}%` }} />
            <span className={css.line} style={{ inlineSize: `${width + 20}%` }} />
          </span>
        </div>
      ))}
    </div>
  );
}
