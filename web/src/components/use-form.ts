import { useCallback, useRef, useState, type SubmitEvent } from 'react';
import { ApiProblem } from '@/api/problem';
import { fieldWords, problemWords } from '@/i18n/problem-words';
import { useText } from '@/i18n/use-text';

export interface Form {
  busy: boolean;
  /** What went wrong with the whole, in words. */
  problem: string | null;
  /** What is wrong with a field, in words. */
  errorOf: (field: string) => string | undefined;
  /** What was wrong with a field is not any more: it is being changed. */
  touch: (field: string) => void;
  /** For `onSubmit`: does the work once, however often the button is pressed meanwhile. */
  submit: (event: SubmitEvent<HTMLFormElement>) => void;
}

interface Refusal {
  problem: string | null;
  fields: Record<string, string>;
}

const nothing: Refusal = { problem: null, fields: {} };

/**
 * A form whose `work` speaks with the server. What is refused is said beside its field (by the field's name), the rest
 * above the button; what was typed stays. `work` may refuse a field itself, with an `ApiProblem` of its own words. `words` may know better what a problem means here.
 */
export function useForm(
  work: (form: HTMLFormElement) => Promise<void>,
  words?: (problem: ApiProblem) => string | undefined,
): Form {
  const t = useText();
  const [busy, setBusy] = useState(false);
  const [refusal, setRefusal] = useState(nothing);
  const working = useRef(false);

  const touch = useCallback((field: string) => {
    setRefusal((now) => (now.fields[field] ? { ...now, fields: without(now.fields, field) } : now));
  }, []);

  const run = async (form: HTMLFormElement) => {
    working.current = true;
    setBusy(true);
    setRefusal(nothing);
    try {
      await work(form);
    } catch (problem) {
      const own = problem instanceof ApiProblem ? words?.(problem) : undefined;
      const refused = own === undefined ? refusalFrom(problem, form) : { ...nothing, problem: own };
      setRefusal(refused);
      focusFirst(form, refused.fields);
    } finally {
      working.current = false;
      setBusy(false);
    }
  };

  function refusalFrom(problem: unknown, form: HTMLFormElement): Refusal {
    if (!(problem instanceof ApiProblem) || problem.kind !== 'invalid') {
      return { problem: problemWords(problem, t), fields: {} };
    }
    const fields: Record<string, string> = {};
    const rest: string[] = [];
    for (const [field, [first]] of Object.entries(problem.fields)) {
      if (first === undefined) continue;
      if (form.elements.namedItem(field)) fields[field] = fieldWords(first, t);
      else rest.push(fieldWords(first, t));
    }
    const nowhere = Object.keys(fields).length === 0 && rest.length === 0;
    return { problem: nowhere ? t('problem.failed') : (rest[0] ?? null), fields };
  }

  return {
    busy,
    problem: refusal.problem,
    errorOf: (field) => refusal.fields[field],
    touch,
    submit: (event) => {
      event.preventDefault();
      const form = event.currentTarget;
      const missing = missingIn(form, t('problem.field.required'));
      if (Object.keys(missing).length > 0) {
        setRefusal({ ...nothing, fields: missing });
        focusFirst(form, missing);
      } else if (!working.current) void run(form);
    },
  };
}

function without(fields: Record<string, string>, field: string): Record<string, string> {
  return Object.fromEntries(Object.entries(fields).filter(([name]) => name !== field));
}

/** Nobody needs the server to know that something is missing. */
function missingIn(form: HTMLFormElement, words: string): Record<string, string> {
  const inputs = [...form.elements].filter((element) => element instanceof HTMLInputElement);
  const empty = inputs.filter(({ required, value }) => required && value.trim() === '');
  return Object.fromEntries(empty.map(({ name }) => [name, words]));
}

/** Whoever cannot see the page is led to what has to be mended. */
function focusFirst(form: HTMLFormElement, fields: Record<string, string>): void {
  for (const element of form.elements) {
    if (element instanceof HTMLElement && fields[element.getAttribute('name') ?? '']) {
      element.focus();
      return;
    }
  }
}

/** What is in a field of a form, as typed. */
export function valueIn(form: HTMLFormElement, field: string): string {
  const value = new FormData(form).get(field);
  return typeof value === 'string' ? value : '';
}
