import type { Call } from '../http/service.ts';

/** The headers with a prefix that a request sets, in lower case; removed ones have an empty value. */
export function metaHeaders(call: Call, kind: 'account' | 'container' | 'object'): Record<string, string> {
  const found: Record<string, string> = {};
  for (const [name, value] of Object.entries(call.headers)) {
    if (typeof value !== 'string') continue;
    if (name.startsWith(`x-${kind}-meta-`)) found[name] = value;
    const removed = new RegExp(`^x-remove-${kind}-(.*)$`).exec(name)?.[1];
    if (removed !== undefined) found[`x-${kind}-${removed}`] = '';
  }
  return found;
}

/** Sets headers over those that are there; an empty value removes one. */
export function mergeHeaders(
  old: Readonly<Record<string, string>>,
  changes: Readonly<Record<string, string>>,
): Record<string, string> {
  const all = Object.entries({ ...old, ...changes });
  return Object.fromEntries(all.filter(([, value]) => value !== ''));
}

/** `1700000000.12345`: how Swift writes times in headers. */
export const timestamp = (iso: string): string => (Date.parse(iso) / 1000).toFixed(5);
