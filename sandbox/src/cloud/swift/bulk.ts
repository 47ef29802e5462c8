import type { Cloud } from '../cloud.ts';
import { ok, type Answer, type Call } from '../http/service.ts';
import { statusLine, swiftError } from './errors.ts';
import { acceptedType, escapeXml } from './listing.ts';
import { splitPath } from './metadata.ts';
import type { Objects } from './objects.ts';

const formats = ['text/plain', 'application/json', 'application/xml', 'text/xml'] as const;

/**
 * What happened to many things at once, in the form that the caller accepts (swift:swift/common/middleware/bulk.py).
 */
export function report(
  call: Call,
  values: Readonly<Record<string, string | number>>,
  errors: readonly (readonly [name: string, status: string])[],
  root: string,
): { readonly text: string; readonly type: string } {
  const type = acceptedType(call, formats);
  if (type === 'application/json') return { text: JSON.stringify({ ...values, Errors: errors }), type };
  if (type === 'text/plain') {
    const lines = [
      ...Object.entries(values)
        .sort()
        .map(([name, value]) => `${name}: ${value}`),
      'Errors:',
      ...errors.map(([name, status]) => `${name}, ${status}`),
    ];
    return { text: lines.map((line) => `${line}\n`).join(''), type };
  }
  const fields = Object.entries(values)
    .sort()
    .map(([name, value]) => {
      const element = name.toLowerCase().replaceAll(' ', '_');
      return `<${element}>${escapeXml(String(value))}</${element}>`;
    });
  const objects = errors.map(
    ([name, status]) => `<object><name>${escapeXml(name)}</name><status>${escapeXml(status)}</status></object>`,
  );
  const lines = [`<${root}>`, ...fields, '<errors>', ...objects, '</errors>', `</${root}>`];
  return { text: lines.map((line) => `${line}\n`).join(''), type };
}

/** One thing that is to go: `/<container>` or `/<container>/<object>`, or why it cannot. */
export interface Doomed {
  readonly path: string;
  readonly problem?: string;
}

/** Deletes objects, then containers, and tells what became of them; the status is 200 in any case. */
export function deleteMany(call: Call, cloud: Cloud, objects: Objects, doomed: readonly Doomed[]): Answer {
  const account = call.params['account'] ?? '';
  let [deleted, missing] = [0, 0];
  const errors: [string, string][] = [];
  const isObject = ({ path }: Doomed): boolean => path.replaceAll(/^\/+|\/+$/g, '').includes('/');
  const go = ({ path, problem }: Doomed): void => {
    if (problem !== undefined) {
      errors.push([encodeURI(path), problem]);
      return;
    }
    const [container, name] = splitPath(encodeURIComponent(path));
    const object = name === '' ? undefined : objects.find(account, container, name);
    const box = name === '' ? cloud.tables.containers.get(`${account}/${container}`) : undefined;
    if (object) objects.remove(object);
    else if (box && objects.usage(box).count > 0) {
      errors.push([encodeURI(path), statusLine(409)]);
      return;
    } else if (box) cloud.tables.containers.delete(box.id);
    if (object ?? box) deleted += 1;
    else missing += 1;
  };
  for (const one of doomed.filter(isObject)) go(one);
  for (const one of doomed.filter((each) => !isObject(each))) go(one);
  const nothing = deleted + missing + errors.length === 0;
  const values = {
    'Number Deleted': deleted,
    'Number Not Found': missing,
    'Response Body': nothing ? 'Invalid bulk delete.' : '',
    'Response Status': nothing || errors.length > 0 ? '400 Bad Request' : '200 OK',
  };
  const { text, type } = report(call, values, errors, 'delete');
  return ok(Buffer.from(text), { 'content-type': type });
}

/** The paths in the body of a `POST ?bulk-delete`, one a line. */
export function pathsOf(call: Call): Doomed[] {
  const text = Buffer.isBuffer(call.body) ? call.body.toString() : '';
  return text.split('\n').flatMap((line) => {
    const path = line.trim();
    if (path === '') return [];
    try {
      return [{ path: decodeURIComponent(path) }];
    } catch {
      throw swiftError(412, 'Invalid UTF8 or contains NULL');
    }
  });
}
