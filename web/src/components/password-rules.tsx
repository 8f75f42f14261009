import { useText, type TextKey } from '@/i18n/use-text';
import { CheckIcon } from './icons';
import css from './password-rules.module.css';

interface Props {
  password: string;
  /** What it must not be. */
  username: string;
  email?: string;
}

const shortest = 8;

/** What a password has to be, each line ticked off while it is typed, and how strong it is in words. */
export function PasswordRules(props: Props) {
  const t = useText();
  const rules: [TextKey, boolean][] = [
    ['password.rule.length', lengthOf(props.password) >= shortest],
    ['password.rule.digits', props.password !== '' && !/^[0-9]*$/.test(props.password)],
    ['password.rule.name', props.password !== '' && !isOwnName(props)],
  ];
  return (
    <>
      <ul className={css.rules}>
        {rules.map(([key, met]) => (
          <li key={key} className={css.rule} data-met={met}>
            {met ? <CheckIcon /> : <span className={css.dot} aria-hidden="true" />}
            {t(key)}{' '}
            <span className="visually-hidden">
              {t(met ? 'password.rule.met' : 'password.rule.open')}
            </span>
          </li>
        ))}
      </ul>
      <p className={css.strength} role="status">
        {rules.every(([, met]) => met) && t(`password.strength.${strengthOf(props.password)}`)}
      </p>
    </>
  );
}

export type Strength = 'fair' | 'good' | 'strong';

/** By length above all, and by how many different signs there are: what helps against guessing by machine. */
export function strengthOf(password: string): Strength {
  const variety = new Set(password).size;
  const weight = Math.min(lengthOf(password), variety * 2);
  if (weight >= 20) return 'strong';
  return weight >= 13 ? 'good' : 'fair';
}

function isOwnName({ password, username, email = '' }: Props): boolean {
  const [typed, name, address] = [password, username, email].map((text) =>
    text.trim().toLowerCase(),
  );
  if (typed === '' || typed === undefined || address === undefined) return false;
  const local = address.slice(0, Math.max(0, address.lastIndexOf('@')));
  return [name, address, local].includes(typed);
}

/** As the server counts. */
function lengthOf(text: string): number {
  return Array.from(text).length;
}
