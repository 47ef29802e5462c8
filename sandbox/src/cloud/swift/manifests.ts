import type { Call } from '../http/service.ts';
import { isRecord } from '../http/service.ts';
import { report } from './bulk.ts';
import { plainError, statusLine, swiftError } from './errors.ts';
import { httpDate, type Objects } from './objects.ts';
import { rangeOf } from './reads.ts';
import type { Segment } from './rows.ts';

const maximumSegments = 1000;

interface Wanted {
  readonly path: string;
  readonly etag: string | null;
  readonly size: number | null;
  readonly range: string | null;
}

/** What a manifest names, or what is wrong with it (swift:swift/common/middleware/slo.py, parse_and_validate_input). */
function readManifest(data: Buffer, own: string): Wanted[] {
  let parsed: unknown;
  try {
    parsed = JSON.parse(data.toString());
  } catch {
    throw swiftError(400, 'Manifest must be valid JSON.\n');
  }
  if (!Array.isArray(parsed)) throw swiftError(400, 'Manifest must be a list.\n');
  const items: readonly unknown[] = parsed;
  const problems: string[] = [];
  const wanted: Wanted[] = [];
  for (const [index, item] of items.entries()) {
    const found = readSegment(item, own, index === items.length - 1);
    if (typeof found === 'string') problems.push(`Index ${index}: ${found}\n`);
    else wanted.push(found);
  }
  if (problems.length > 0) throw plainError(400, problems.join(''));
  return wanted;
}

function readSegment(item: unknown, own: string, isLast: boolean): Wanted | string {
  if (!isRecord(item)) return 'not a JSON object';
  const { path, etag = null, size_bytes: given = null, range = null, ...others } = item;
  if (path === undefined) return "expected keys to include one of b'path' or b'data'".replaceAll("b'", "'");
  const extraneous = Object.keys(others).sort();
  if (extraneous.length > 0) return `extraneous keys ${extraneous.map((key) => JSON.stringify(key)).join(', ')}`;
  if (typeof path !== 'string') return '"path" must be a string';
  if (etag !== null && typeof etag !== 'string') return '"etag" must be a string or null (if provided)';
  if (!path.replaceAll(/^\/+|\/+$/g, '').includes('/')) {
    return 'path does not refer to an object. Path must be of the form /container/object.';
  }
  const size = given === null ? null : typeof given === 'number' ? Math.trunc(given) : readSize(given);
  if (Number.isNaN(size)) return 'invalid size_bytes';
  if (size !== null && size < 1 && !isLast) return 'too small; each segment must be at least 1 byte.';
  if (`/${path.replace(/^\/+/, '')}` === own) return 'manifest must not include itself as a segment';
  if (range !== null && (typeof range !== 'string' || rangeOf(`bytes=${range}`, 1) === undefined))
    return 'invalid range';
  return { path: `/${path.replace(/^\/+/, '')}`, etag, size, range: typeof range === 'string' ? range : null };
}

const readSize = (value: unknown): number =>
  typeof value === 'string' && /^\s*-?\d+\s*$/.test(value) ? Number(value) : NaN;

/**
 * The segments of a manifest that is to be stored, each looked at.
 *
 * @param own - `/<container>/<object>` of the large object
 * @throws ApiError with every segment that is not as the manifest says
 */
export function manifestOf(call: Call, objects: Objects, account: string, own: string, data: Buffer): Segment[] {
  const wanted = readManifest(data, own);
  if (wanted.length > maximumSegments) {
    throw swiftError(413, `Number of segments must be <= ${maximumSegments}`);
  }
  const problems: [string, string][] = [];
  const segments = wanted.flatMap(({ path, etag, size, range }, index): Segment[] => {
    const slash = path.indexOf('/', 1);
    const found = objects.find(account, path.slice(1, slash), path.slice(slash + 1));
    const part = found && objects.target(found);
    const add = (words: string): void => void problems.push([encodeURI(path), words]);
    if (!part) {
      add(statusLine(404));
      return [];
    }
    const whole = objects.summary(part);
    const [first, last] = (range === null ? undefined : rangeOf(`bytes=${range}`, whole.bytes)) ?? [0, whole.bytes - 1];
    if (range !== null && (first > last || first >= whole.bytes)) add('Unsatisfiable Range');
    if (last - first < 0 && index < wanted.length - 1) add('Too small; each segment must be at least 1 byte.');
    if (size !== null && size !== whole.bytes) add('Size Mismatch');
    if (etag !== null && etag !== whole.etag.replaceAll('"', '')) add('Etag Mismatch');
    const isWhole = first === 0 && last === whole.bytes - 1;
    return [
      {
        name: path,
        bytes: whole.bytes,
        hash: whole.etag.replaceAll('"', ''),
        content_type: part.contentType,
        last_modified: new Date(httpDate(part.modified)).toISOString().replace('Z', '000'),
        ...(!isWhole && { range: `${first}-${last}` }),
      },
    ];
  });
  if (problems.length > 0) {
    const { text, type } = report(call, {}, problems, 'upload');
    throw swiftError(400, text, { 'content-type': type });
  }
  return segments;
}
