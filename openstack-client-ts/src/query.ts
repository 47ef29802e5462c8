import { InvalidRequestError } from './errors.ts';

/** A value of a query parameter. Lists repeat the parameter, but for tag filters, which are joined with commas. */
export type QueryValue = string | number | boolean | readonly (string | number)[] | undefined;

const JOINED = /^(not-)?tags(-any)?$/;

const isScalar = (value: unknown): value is string | number | boolean =>
  typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';

/** The query string of filters, with its `?`; empty without any. Undefined values are left out. */
export const toQuery = (filters: object | undefined): string => {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(filters ?? {})) {
    const entry: unknown = value;
    const values = (Array.isArray(entry) ? entry : [entry]).filter(isScalar);
    if (JOINED.test(name) && values.length > 0) query.append(name, values.join(','));
    else for (const one of values) query.append(name, String(one));
  }
  return asQuery(query);
};

/** A query whose parameters replace those of the same name in another one. */
export const overrideQuery = (below: string, above: string): string => {
  const query = new URLSearchParams(above);
  for (const [name, value] of new URLSearchParams(below)) {
    if (!new URLSearchParams(above).has(name)) query.append(name, value);
  }
  return asQuery(query);
};

const asQuery = (query: URLSearchParams): string => {
  const text = query.toString();
  return text === '' ? '' : `?${text}`;
};

/**
 * A path with encoded segments: names may hold anything.
 *
 * @throws InvalidRequestError on an empty segment, `.` or `..`: they would lead to another resource
 */
export const path = (strings: TemplateStringsArray, ...values: readonly string[]): string =>
  strings.map((part, i) => part + (i < values.length ? segment(values[i] ?? '') : '')).join('');

const segment = (value: string): string => {
  if (value !== '' && value !== '.' && value !== '..') return encodeURIComponent(value);
  throw new InvalidRequestError({ words: `"${value}" is not an id or a name`, mayHaveArrived: false });
};

/** The path of an object: its slashes stay, unless a segment would be taken for a step up. */
export const objectPath = (container: string, name: string): string => {
  const steps = name.split('/');
  const plain = steps.some((step) => step === '.' || step === '..') || steps[0] === '';
  const encoded = plain ? encodeURIComponent(name) : steps.map(encodeURIComponent).join('/');
  if (name === '') throw new InvalidRequestError({ words: 'an object needs a name', mayHaveArrived: false });
  return path`/${container}` + `/${encoded}`;
};
