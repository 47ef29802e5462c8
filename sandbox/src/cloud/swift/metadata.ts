import type { Call } from '../http/service.ts';
import { plainError, swiftError } from './errors.ts';

type Kind = 'account' | 'container' | 'object';
const limits = { name: 128, value: 256, count: 90, overall: 4096 };

const capitalized = (name: string): string => name.replaceAll(/(?<![a-z])[a-z]/g, (letter) => letter.toUpperCase());

/** Refuses metadata beyond Swift's limits (swift:swift/common/constraints.py, check_metadata). */
export function checkMetadata(call: Call, kind: Kind): void {
  const prefix = `x-${kind}-meta-`;
  let [count, size] = [0, 0];
  for (const [header, value] of Object.entries(call.headers)) {
    if (!header.startsWith(prefix) || typeof value !== 'string') continue;
    const name = header.slice(prefix.length);
    if (name === '') throw plainError(400, 'Metadata name cannot be empty');
    count += 1;
    size += name.length + value.length;
    const shown = `${prefix}${capitalized(name)}`;
    if (name.length > limits.name) throw plainError(400, `Metadata name too long: ${shown}`);
    if (value.length > limits.value) throw plainError(400, `Metadata value longer than ${limits.value}: ${shown}`);
    if (count > limits.count) throw plainError(400, `Too many metadata items; max ${limits.count}`);
    if (size > limits.overall) throw plainError(400, `Total metadata too large; max ${limits.overall}`);
  }
}

/** The headers with a prefix that a request sets, in lower case; removed ones have an empty value. */
export function metaHeaders(call: Call, kind: Kind): Record<string, string> {
  const found: Record<string, string> = {};
  for (const [name, value] of Object.entries(call.headers)) {
    if (typeof value !== 'string') continue;
    if (name.startsWith(`x-${kind}-meta-`)) found[name] = value;
    const removed = new RegExp(`^x-remove-${kind}-(.*)$`).exec(name)?.[1];
    if (removed !== undefined) found[`x-${kind}-${removed}`] = '';
  }
  return found;
}

/** The headers among `names` that a request has. */
export const headersOf = (call: Call, names: readonly string[]): Record<string, string> =>
  Object.fromEntries(
    names.flatMap((name) => {
      const value = call.headers[name];
      return typeof value === 'string' ? [[name, value] as const] : [];
    }),
  );

/** Sets headers over those that are there; an empty value removes one. */
export function mergeHeaders(
  old: Readonly<Record<string, string>>,
  changes: Readonly<Record<string, string>>,
): Record<string, string> {
  const all = Object.entries({ ...old, ...changes });
  return Object.fromEntries(all.filter(([, value]) => value !== ''));
}

/** When an object is to go, in seconds since the epoch (swift:swift/common/constraints.py, check_delete_headers). */
export function deleteAt(call: Call): number | null {
  const { 'x-delete-at': at, 'x-delete-after': after } = call.headers;
  const now = Date.now() / 1000;
  const [name, value, from] = after === undefined ? ['X-Delete-At', at, 0] : ['X-Delete-After', after, Math.floor(now)];
  if (typeof value !== 'string' || value === '') return null;
  if (!/^-?\d+$/.test(value)) throw plainError(400, `Non-integer ${name}`);
  const time = Number(value) + from;
  if (time <= now) throw plainError(400, `${name} in past`);
  return time;
}

/** `1700000000.12345`: how Swift writes times in headers. */
export const timestamp = (iso: string): string => (Date.parse(iso) / 1000).toFixed(5);

/** The names in `<container>/<object>`, as manifests and copies write them. */
export function splitPath(path: string): [container: string, name: string] {
  const trimmed = decode(path).replace(/^\//, '');
  const slash = trimmed.indexOf('/');
  return slash < 0 ? [trimmed, ''] : [trimmed.slice(0, slash), trimmed.slice(slash + 1)];
}

function decode(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    throw swiftError(412, 'Invalid UTF8 or contains NULL');
  }
}
