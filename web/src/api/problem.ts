/** Every way in which a request can come to nothing, as the page needs to tell them apart. */
export type ProblemKind =
  | 'unreachable' // no answer: offline, or the server is away
  | 'unavailable' // the server answered that it cannot serve right now
  | 'throttled'
  | 'signed-out'
  | 'invalid' // the request's content was refused, see `fields`
  | 'refused' // forbidden, for a reason in `detail`
  | 'missing'
  | 'failed'; // anything else

interface ProblemDetails {
  status?: number;
  code?: string | undefined;
  detail?: string | undefined;
  fields?: Record<string, string[]>;
  retryAfter?: number | undefined;
  cause?: unknown;
}

export class ApiProblem extends Error {
  override readonly name = 'ApiProblem';
  readonly status: number;
  readonly code: string | undefined;
  readonly detail: string | undefined;
  /** The server's words about each field, `non_field_errors` among them. */
  readonly fields: Record<string, string[]>;
  /** Seconds after which to try again. */
  readonly retryAfter: number | undefined;
  readonly kind: ProblemKind;

  constructor(kind: ProblemKind, details: ProblemDetails = {}) {
    super(details.detail ?? kind, { cause: details.cause });
    this.kind = kind;
    this.status = details.status ?? 0;
    this.code = details.code;
    this.detail = details.detail;
    this.fields = details.fields ?? {};
    this.retryAfter = details.retryAfter;
  }

  /** Whether the same request may well succeed later. */
  get passing(): boolean {
    return this.kind === 'unreachable' || this.kind === 'unavailable' || this.kind === 'throttled';
  }
}

/** Whether the same request would come to the same, however often it is made. */
export function isFinal(problem: unknown): boolean {
  return !(problem instanceof ApiProblem) || finalKinds.has(problem.kind);
}

const finalKinds = new Set<ProblemKind>(['signed-out', 'invalid', 'refused', 'missing']);

/** Whether the server wants the password once more before it lets one administer. */
export function wantsPassword(problem: unknown): boolean {
  return problem instanceof ApiProblem && problem.code === 'password_required';
}

export function problemFrom(status: number, body: unknown, retryAfter: string | null): ApiProblem {
  const object = isRecord(body) ? body : {};
  const code = text(object.code);
  return new ApiProblem(kindOf(status, code), {
    status,
    code,
    detail: text(object.detail),
    fields: fieldErrors(object),
    retryAfter: seconds(retryAfter),
  });
}

function kindOf(status: number, code: string | undefined): ProblemKind {
  if (code === 'not_authenticated') return 'signed-out';
  switch (status) {
    case 400:
    case 413:
    case 422:
      return 'invalid';
    case 401:
      return 'signed-out';
    case 403:
      return 'refused';
    case 404:
      return 'missing';
    case 429:
      return 'throttled';
    case 502:
    case 503:
    case 504:
      return 'unavailable';
    default:
      return 'failed';
  }
}

function fieldErrors(object: Record<string, unknown>): Record<string, string[]> {
  const lists = Object.entries(object).filter((entry): entry is [string, unknown[]] =>
    Array.isArray(entry[1]),
  );
  return Object.fromEntries(lists.map(([field, words]) => [field, words.map(String)]));
}

function seconds(header: string | null): number | undefined {
  if (header === null || header.trim() === '') return undefined;
  const value = Number(header);
  return Number.isFinite(value) && value >= 0 ? value : undefined;
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
