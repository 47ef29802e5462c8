import type { Cloud } from '../cloud.ts';
import { nextPage, paginate, readBoolean, sortRows } from '../http/paging.ts';
import { ok, type Answer, type Call } from '../http/service.ts';
import { badRequest } from './errors.ts';
import type { Image } from './rows.ts';
import { imageView, isVisible } from './view.ts';

const sortKeys = ['name', 'status', 'container_format', 'disk_format', 'size', 'id', 'created_at', 'updated_at'];
/** Parameters that are no filters of one attribute. */
const special = [
  ...['limit', 'marker', 'sort', 'sort_key', 'sort_dir', 'visibility', 'member_status', 'tag', 'os_hidden'],
  ...['size_min', 'size_max', 'created_at', 'updated_at'],
];
const comparisons: Readonly<Record<string, (one: number, other: number) => boolean>> = {
  gt: (one, other) => one > other,
  gte: (one, other) => one >= other,
  lt: (one, other) => one < other,
  lte: (one, other) => one <= other,
  eq: (one, other) => one === other,
  neq: (one, other) => one !== other,
};

type Test = (image: Image) => boolean;

function flag(query: URLSearchParams, name: string): boolean | undefined {
  const text = query.get(name);
  if (text === null) return undefined;
  const value = ['true', 'false'].includes(text.toLowerCase()) ? readBoolean(text) : undefined;
  if (value !== undefined) return value;
  throw badRequest(`Invalid value '${text}' for '${name}' filter. Valid values are 'true' or 'false'.`);
}

/** `gt:2026-01-01T00:00:00Z` */
function timeTest(query: URLSearchParams, name: 'created_at' | 'updated_at'): Test {
  const text = query.get(name);
  if (text === null) return () => true;
  const [, operator = 'eq', moment = ''] = /^(?:([a-z]+):)?(.*)$/.exec(text) ?? [];
  const compare = comparisons[operator];
  if (!compare) throw badRequest('Unable to filter on a unknown operator.');
  const time = Date.parse(moment);
  if (Number.isNaN(time)) {
    throw badRequest(`Bad "${name}" query filter format. Use ISO 8601 DateTime notation.`);
  }
  return (image) => compare(Date.parse(image[name]), time);
}

function sizeTest(query: URLSearchParams): Test {
  const bound = (name: string): number | undefined => {
    const text = query.get(name);
    if (text === null) return undefined;
    if (!/^-?\d+$/.test(text)) throw badRequest('Unable to filter on a range with a non-numeric value.');
    return Number(text);
  };
  const [least, most] = [bound('size_min'), bound('size_max')];
  return ({ size }) =>
    (least === undefined || (size !== null && size >= least)) &&
    (most === undefined || (size !== null && size <= most));
}

function visibilityTest(call: Call): Test {
  const visibility = call.query.get('visibility');
  if (visibility === null) {
    return (image) => image.visibility !== 'community' || image.owner === call.who.projectId;
  }
  if (!['public', 'private', 'shared', 'community', 'all'].includes(visibility)) {
    throw badRequest(`Invalid visibility value: ${visibility}`);
  }
  return (image) => visibility === 'all' || image.visibility === visibility;
}

/** Attributes and properties with a value, or one of several (`in:one,two`). */
function valueTests(query: URLSearchParams): Test[] {
  return [...new Set(query.keys())]
    .filter((name) => !special.includes(name))
    .map((name) => {
      const text = query.get(name) ?? '';
      const wanted = text.startsWith('in:') ? text.slice(3).split(',') : [text];
      return (image) => {
        const value = imageView(image)[name];
        const known = typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
        return wanted.includes(known ? String(value) : '');
      };
    });
}

function sorting(query: URLSearchParams) {
  const checked = (key: string, direction: string) => {
    if (!sortKeys.includes(key)) {
      throw badRequest(`Invalid sort key: ${key}. It must be one of the following: ${sortKeys.join(', ')}.`);
    }
    if (!['asc', 'desc'].includes(direction)) throw badRequest(`Invalid sort direction: ${direction}`);
    return { key, descending: direction === 'desc' };
  };
  const modern = query.get('sort');
  if (modern === null) {
    const [keys, directions] = [query.getAll('sort_key'), query.getAll('sort_dir')];
    if (keys.length === 0) keys.push('created_at');
    return keys.map((key, index) => checked(key, directions[index] ?? directions[0] ?? 'desc'));
  }
  if (query.has('sort_key') || query.has('sort_dir')) {
    throw badRequest('Old and new sorting syntax cannot be combined');
  }
  return modern.split(',').map((part) => {
    const [key = '', direction = 'desc'] = part.trim().split(':');
    return checked(key, direction);
  });
}

/** `GET /v2/images`: newest first, 25 a page. */
export function listImages(cloud: Cloud, call: Call): Answer {
  const { query } = call;
  const limitText = query.get('limit') ?? '25';
  if (!/^-?\d+$/.test(limitText)) throw badRequest('limit param must be an integer');
  if (Number(limitText) < 0) throw badRequest('limit param must be positive');
  const member = query.get('member_status');
  if (member !== null && !['pending', 'accepted', 'rejected', 'all'].includes(member)) {
    throw badRequest(`Invalid status: ${member}`);
  }
  const hidden = flag(query, 'os_hidden') ?? false;
  flag(query, 'protected');
  const tests: Test[] = [
    visibilityTest(call),
    (image) => isVisible(call, image) && image.os_hidden === hidden,
    (image) => query.getAll('tag').every((tag) => image.tags.includes(tag)),
    timeTest(query, 'created_at'),
    timeTest(query, 'updated_at'),
    sizeTest(query),
    ...valueTests(query),
  ];
  const keys = sorting(query);
  const marker = query.get('marker') ?? undefined;
  if (marker !== undefined && !cloud.tables.images.get(marker)) throw badRequest(`No image found with ID ${marker}`);
  const found = cloud.tables.images.all().filter((image) => tests.every((test) => test(image)));
  const limit = Math.min(Number(limitText), 1000);
  const slice = paginate(sortRows(found.reverse(), keys), { limit, marker });
  if (!slice) throw badRequest(`No image found with ID ${marker ?? ''}`);
  const last = slice.items.at(-1);
  // Of a parameter that is there several times, the links tell the last.
  const shown = new URLSearchParams(Object.fromEntries(query));
  const first = new URLSearchParams(shown);
  first.delete('marker');
  return ok({
    images: slice.items.map(imageView),
    first: `/v2/images${first.size > 0 ? `?${first.toString()}` : ''}`,
    schema: '/v2/schemas/images',
    ...(last && slice.items.length === limit && { next: nextPage('', '/v2/images', shown, last.id) }),
  });
}
