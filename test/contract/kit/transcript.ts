import type { Labels } from './labels.ts';
import type { Exchange, Note } from './recorder.ts';

/** What one case saw, with labels for what a cloud chose by itself. */
export type Transcript = readonly TranscriptEntry[];

export type TranscriptEntry =
  | {
      /** Method and URL. */
      readonly request: string;
      readonly status: number;
      readonly headers: Readonly<Record<string, unknown>>;
      /** JSON, or text; absent if there was none. */
      readonly body?: unknown;
    }
  | { readonly note: string; readonly value: unknown };

/** Headers that clients look at. */
const HEADERS = new Set([
  ...['content-type', 'location', 'retry-after', 'etag', 'www-authenticate', 'openstack-api-version'],
  ...['last-modified', 'accept-ranges', 'content-range', 'openstack-image-import-methods', 'openstack-image-store-ids'],
]);
/** Swift tells by headers. */
const SWIFT_HEADER = /^x-(account|container|object|storage|static|copied|delete|manifest|symlink|timestamp)/;

/** Brings what a case saw into the form that is compared. */
export function toTranscript(entries: readonly (Exchange | Note)[], labels: Labels): Transcript {
  for (const entry of entries) if (!('label' in entry)) labels.learn(bodyOf(entry));
  return entries.map((entry): TranscriptEntry => {
    if ('label' in entry) return { note: entry.label, value: labels.value(plain(entry.value)) };
    labels.keepAddresses(`${entry.url} ${entry.sent ?? ''}`);
    const request = `${entry.method} ${labels.text(decodeURI(entry.url))}`;
    const body = bodyOf(entry);
    return {
      request,
      status: entry.status,
      headers: labels.value(kept(entry.headers)) as Record<string, unknown>,
      ...(body === undefined ? {} : { body: labels.value(sorted(body, labels)) }),
    };
  });
}

function bodyOf({ text, headers }: Exchange): unknown {
  if (text === '') return undefined;
  if (headers['content-type']?.includes('json') !== true) return text;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function kept(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers)
      .filter(([name]) => HEADERS.has(name) || SWIFT_HEADER.test(name))
      .sort(([one], [other]) => one.localeCompare(other)),
  );
}

/** Lists in an order that does not depend on ids and times. A case that means an order says so by a note. */
export function sorted(value: unknown, labels: Labels): unknown {
  if (Array.isArray(value)) {
    const items = value.map((item: unknown) => sorted(item, labels));
    return items
      .map((item) => ({ item, key: labels.order(item) }))
      .sort((one, other) => (one.key < other.key ? -1 : one.key > other.key ? 1 : 0))
      .map(({ item }) => item);
  }
  if (typeof value !== 'object' || value === null) return value;
  const fields = Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1));
  return Object.fromEntries(fields.map(([name, inner]) => [name, sorted(inner, labels)]));
}

const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value ?? null));
