import { isDeepStrictEqual } from 'node:util';
import { field, type Reply } from '../harness.ts';
import type { Expectation, More, Walk } from './expectation.ts';
import type { World } from './world.ts';

/** The name that is sent where any is good. */
const anyName = 'anything';

/** The objects that attributes are in, as prefixes of paths; but for those that take any name. */
export const objectsIn = (takes: readonly string[]): readonly string[] => {
  const free = new Set(takes.filter((path) => path.endsWith('*')).map((path) => path.slice(0, -1)));
  const parents = takes.filter((path) => !path.endsWith('*')).map((path) => path.slice(0, path.lastIndexOf('.') + 1));
  return [...new Set(parents)].filter((parent) => !free.has(parent));
};

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A body with a value at a path such as `server.networks[].tag`: the first of a list is changed. */
function withValue(body: unknown, path: string, value: unknown): unknown {
  if (path === '') return value;
  // A JSON patch holds its value already.
  if (Array.isArray(body)) return body;
  const [, name = '', isList, rest = ''] = /^((?:[^.[]|\[(?!\]))+)(\[\])?\.?(.*)$/.exec(path) ?? [];
  const old = isRecord(body) ? body : {};
  const inner = old[name];
  if (isList === undefined) return { ...old, [name]: withValue(inner, rest, value) };
  const list: unknown[] = Array.isArray(inner) ? inner : [{}];
  return { ...old, [name]: [withValue(list[0], rest, value), ...list.slice(1)] };
}

interface Step {
  readonly method: string;
  readonly path: string;
  readonly walk: Walk;
  readonly attribute: string;
  readonly expectation: Expectation;
}

/** The id of what an answer tells, with or without its name around it. */
const idOf = (answer: Reply): unknown => {
  const body: unknown = JSON.parse(answer.text);
  return answer.at('id') ?? (isRecord(body) ? field(Object.values(body)[0], 'id') : undefined);
};

/** Sends one attribute. Returns what is wrong with what became of it. */
export async function walkOne(world: World, step: Step): Promise<string | undefined> {
  const { expectation, walk, method } = step;
  const params = typeof walk.params === 'function' ? await walk.params() : (walk.params ?? {});
  const path = step.path.replace(/:([A-Za-z]+)/g, (_all, name: string) => params[name] ?? name);
  const filled = path.replace(/\*$/, params['*'] ?? '*');
  const attribute = step.attribute.replace('*', anyName);
  const more: More = expectation.more;
  const user = world[more.user ?? walk.user ?? 'demo'];
  const send = async (body: unknown, headers: Record<string, string>): Promise<Reply> => {
    await walk.ready?.();
    return user.send(method, filled, body as object, { ...walk.headers, ...more.headers, ...headers });
  };
  const read = (answer: Reply): Promise<Reply> => {
    const own = (): string => (method === 'POST' ? `${filled}/${String(idOf(answer))}` : filled);
    return user.get(walk.read?.(answer, filled) ?? own(), { ...walk.headers, ...more.headers });
  };
  const inHeaders = filled.startsWith('/object-store/');
  const ask = async (value?: unknown): Promise<Reply> => {
    if (inHeaders) return send('', value === undefined ? {} : { [attribute]: `${value as string | number}` });
    const own = typeof more.body === 'function' ? await (more.body as () => unknown)() : more.body;
    const body = own ?? (await walk.body?.()) ?? {};
    return send(value === undefined ? body : withValue(body, attribute, value), {});
  };
  const place = (expectation.kind === 'kept' ? expectation.at : undefined) ?? attribute.replaceAll('[]', '.0');
  const valueIn = (reply: Reply): unknown => (inHeaders ? (reply.headers.get(place) ?? undefined) : reply.at(place));

  // What is there anyhow proves nothing.
  const before = expectation.kind !== 'kept' ? undefined : method === 'POST' ? await ask() : undefined;
  const unasked =
    expectation.kind !== 'kept' || (before !== undefined && before.status >= 400)
      ? undefined
      : valueIn(before ? await read(before) : await user.get(walk.read?.(undefined, filled) ?? filled, walk.headers));
  const answer = await ask(expectation.value);
  const told = `${answer.status} ${answer.text}`;
  if (expectation.kind === 'refused') {
    const isRefused = answer.status >= 400 && expectation.words.test(answer.text);
    return isRefused ? undefined : `not refused as it is there: ${told}`;
  }
  if (answer.status >= 400) return `refused: ${told}`;
  const shown = await read(answer);
  if (expectation.kind === 'seen')
    return (await expectation.check(world, answer, shown)) ? undefined : `not seen after ${told}; ${shown.text}`;
  const value = valueIn(shown);
  if (expectation.kind === 'ignored')
    return matches(value, expectation.value) ? `kept, and not ignored: ${shown.text}` : undefined;
  if (unasked !== undefined && matches(unasked, expectation.shown)) return `there without being asked for`;
  return matches(value, expectation.shown)
    ? undefined
    : `not kept after ${told}: ${JSON.stringify(value)} in ${shown.text}`;
}

/** Whether a value is what is expected: of objects, whether it has what is expected of it. */
function matches(value: unknown, expected: unknown): boolean {
  if (isRecord(expected))
    return isRecord(value) && Object.entries(expected).every(([name, one]) => matches(value[name], one));
  if (Array.isArray(expected))
    return (
      Array.isArray(value) && value.length === expected.length && expected.every((one, i) => matches(value[i], one))
    );
  return isDeepStrictEqual(value, expected);
}
