/** A value of a query parameter. Lists repeat the parameter, but for tag filters, which are joined with commas. */
export type QueryValue = string | number | boolean | readonly (string | number)[] | undefined;

const JOINED = /^(not-)?tags(-any)?$/;

/** The query string of filters, with its `?`; empty without any. Undefined values are left out. */
export const toQuery = (filters: object | undefined): string => {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(filters ?? {})) {
    const entry: unknown = value;
    if (entry === undefined || entry === null) continue;
    if (!Array.isArray(entry)) query.append(name, String(entry));
    else if (JOINED.test(name)) query.append(name, entry.join(','));
    else for (const one of entry) query.append(name, String(one));
  }
  const text = query.toString();
  return text === '' ? '' : `?${text}`;
};

/** A path made of segments, each encoded: names of objects may hold anything. */
export const path = (strings: TemplateStringsArray, ...values: readonly string[]): string =>
  strings.map((part, i) => part + (i < values.length ? encodeURIComponent(values[i] ?? '') : '')).join('');
