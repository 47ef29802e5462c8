/*
 * Paths in a chart's values: names joined by dots, a dot in a name as `\.`. A path that ends in `.*` may hold anything.
 */

const segment = (name: string): string => name.replaceAll('.', '\\.');
const below = (path: string, name: string): string => (path === '' ? segment(name) : `${path}.${segment(name)}`);
const ANYTHING = '.*';
const SEPARATOR = /(?<!\\)\./;

/** Whether it is an object, and no list. */
export const isFields = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Every path that these values set. A list is one value; null takes away what the chart has there, and all below. */
export function pathsSet(values: unknown, path = ''): string[] {
  if (values === null) return [`${path}${ANYTHING}`];
  if (!isFields(values)) return [path];
  return Object.entries(values).flatMap(([name, value]) => pathsSet(value, below(path, name)));
}

/** Every path that a chart's `values.yaml` offers. What it leaves empty may hold anything. */
export function pathsOffered(values: unknown, path = ''): string[] {
  if (values === null || values === undefined) return [`${path}${ANYTHING}`];
  if (!isFields(values)) return [path];
  const entries = Object.entries(values);
  return entries.length === 0 && path !== ''
    ? [`${path}${ANYTHING}`]
    : entries.flatMap(([name, value]) => pathsOffered(value, below(path, name)));
}

/**
 * Paths that a template reads, beside those of `values.yaml`: ones that stand only in comments there, and maps that are
 * taken as a whole, so that they may hold anything.
 */
export function pathsRead(template: string, offered: readonly string[]): string[] {
  const known = (path: string): boolean => offered.some((one) => one === path || one.startsWith(`${path}.`));
  return [...template.matchAll(/\{\{.*?\}\}/gs)].flatMap(([action]) => {
    const whole = /\b(toYaml|omit|pick|merge|mergeOverwrite|range|tpl|toJson)\b/.test(action);
    return [...action.matchAll(/\.Values((?:\.[A-Za-z_]\w*)+)/g)]
      .map(([, path = '']) => path.slice(1))
      .filter((path) => !known(path) || (whole && offered.some((one) => one.startsWith(`${path}.`))))
      .map((path) => `${path}${ANYTHING}`);
  });
}

/** Those of the first paths, in order, that stand near the second ones: what a typing error could have meant. */
export function pathsNear(offered: Iterable<string>, set: readonly string[]): string[] {
  const start = (path: string): string => path.split(SEPARATOR).slice(0, 2).join('.');
  const starts = new Set(set.map(start));
  const whole = new Set(set.map((path) => `${path.split(SEPARATOR)[0] ?? ''}${ANYTHING}`));
  return [...new Set(offered)].filter((path) => starts.has(start(path)) || whole.has(path)).sort();
}

/**
 * Those of the paths that a chart does not offer. Below a map that may hold anything, the names that it has already are
 * known all the same, and what is below them is looked at.
 */
export function pathsUnknown(set: Iterable<string>, offered: readonly string[]): string[] {
  const isOffered = (path: string): boolean =>
    (path.endsWith(ANYTHING)
      ? offered.some((one) => `${one}.`.startsWith(path.slice(0, -1)))
      : offered.includes(path) || offered.includes(`${path}${ANYTHING}`)) ||
    offered.some((one) => one.endsWith(ANYTHING) && isFreeBelow(path, one.slice(0, -ANYTHING.length)));
  const isFreeBelow = (path: string, map: string): boolean => {
    if (!path.startsWith(`${map}.`)) return false;
    const [name = ''] = path.slice(map.length + 1).split(SEPARATOR);
    const entry = `${map}.${name}`;
    return !offered.some((one) => one === entry || one.startsWith(`${entry}.`));
  };
  return [...new Set(set)].filter((path) => !isOffered(path));
}
