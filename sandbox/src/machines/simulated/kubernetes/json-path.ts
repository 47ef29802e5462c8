import { at, isFields } from './object.ts';

type Step = (value: unknown) => readonly unknown[];

const own = (value: unknown, name: string) => {
  const found = at(value, name);
  return found === undefined ? [] : [found];
};
const elements = (value: unknown): readonly unknown[] =>
  Array.isArray(value) ? value : isFields(value) ? Object.values(value) : [];

const tokens =
  /\.(?<name>[^.[\]]+(?:\\\.[^.[\]]+)*)|\['(?<quoted>[^']+)'\]|\[(?<index>-?\d+)\]|(?<all>\[\*\])|\[\?\(@\.(?<path>[^=!]+?)\s*==\s*["'](?<wanted>[^"']*)["']\)\]/uy;

function steps(text: string): readonly Step[] | undefined {
  const found: Step[] = [];
  tokens.lastIndex = 0;
  while (tokens.lastIndex < text.length) {
    const groups = tokens.exec(text)?.groups;
    if (groups === undefined) return undefined;
    const { index, path, wanted, all } = groups;
    const name = groups['name']?.replaceAll('\\.', '.') ?? groups['quoted'];
    if (name !== undefined) found.push((value) => (name === '*' ? elements(value) : own(value, name)));
    else if (index !== undefined) {
      found.push((value) => (Array.isArray(value) ? [(value as readonly unknown[]).at(Number(index))] : []));
    } else if (path !== undefined) {
      found.push((value) => elements(value).filter((item) => at(item, ...path.split('.')) === wanted));
    } else if (all !== undefined) found.push(elements);
  }
  return found;
}

/**
 * What is at a JSON path of Kubernetes' kind (`.status.conditions[?(@.type=="Ready")].status`): names, indexes, `*` and
 * filters by equality. Nothing at a path of another kind.
 */
export function valuesAt(value: unknown, path: string): readonly unknown[] {
  const parsed = steps(path.startsWith('.') || path.startsWith('[') ? path : `.${path}`) ?? [() => []];
  return parsed
    .reduce<readonly unknown[]>((values, step) => values.flatMap(step), [value])
    .filter((one) => one !== undefined);
}
