import type { Readable } from 'node:stream';
import { z } from 'zod';
import { UnexpectedResponseError } from './errors.ts';
import { describeIssues } from './issues.ts';
import type { ApiRequest, ApiResponse, Handler, Method, ReplayableBody, RequestOptions } from './http-types.ts';
import { Listing, type Page } from './listing.ts';
import { microversionHeaders, type MicroversionRange, negotiate, rangeOf } from './microversion.ts';
import { readVersions, versionRoot } from './discovery.ts';
import { overrideQuery, toQuery } from './query.ts';
import { redactUrl } from './redact.ts';

/** What a service's methods are built on: the way to its endpoint. */
export interface ServiceContext {
  send: Handler;
  /** The versioned URL of a service, without a slash at its end. */
  endpoint: (service: string, signal: AbortSignal | undefined) => Promise<string>;
  /** The microversion to send where a call names none. */
  microversion: string | undefined;
}

export interface CallOptions extends RequestOptions {
  query?: object | undefined;
  /** Sent as JSON. */
  json?: unknown;
  /** Sent as it is. */
  body?: ReplayableBody | Readable | undefined;
  headers?: Record<string, string> | undefined;
  expect?: 'text' | 'stream' | undefined;
  /** Default: what the method says (POST and PATCH are not). */
  idempotent?: boolean | undefined;
}

const linksSchema = z.array(z.looseObject({ rel: z.string(), href: z.string() }));

/**
 * What says where the next page is: `<name>_links` (Nova, Cinder, Neutron, Octavia), `next` (Glance), `links.next`
 * (Keystone, Designate).
 */
const pageSchema = z.looseObject({
  next: z.string().nullish(),
  links: z.looseObject({ next: z.string().nullish() }).optional().catch(undefined),
});

/** The query of the next page. Only the query is taken from a link: behind a proxy its host and path may be wrong. */
const nextQuery = (document: unknown): string | undefined => {
  const page = pageSchema.safeParse(document).data;
  if (!page) return undefined;
  const listed = Object.entries(page)
    .filter(([name]) => name.endsWith('_links'))
    .flatMap(([, links]) => linksSchema.safeParse(links).data ?? [])
    .find(({ rel }) => rel === 'next');
  const href = listed?.href ?? page.next ?? page.links?.next;
  if (href === undefined || href === null) return undefined;
  const start = href.indexOf('?');
  return start === -1 ? '?' : href.slice(start);
};

/**
 * One service of the cloud, for requests this library has no method for, and the base of those it has. Paths are
 * relative to the versioned endpoint, e.g. `/servers`.
 */
export class ServiceClient {
  /** Official type of the service, e.g. `compute`. */
  readonly type: string;
  readonly #context: ServiceContext;
  #range: Promise<MicroversionRange | undefined> | undefined;

  constructor(type: string, context: ServiceContext) {
    this.type = type;
    this.#context = context;
  }

  /** The versioned URL, without a slash at its end. */
  endpoint(options: RequestOptions = {}): Promise<string> {
    return this.#context.endpoint(this.type, options.signal);
  }

  /**
   * Sends a request with a token; a status from 400 on throws the error of its meaning.
   *
   * @throws VersionIgnoredError when the answer is in another microversion than was asked for
   */
  async request(method: Method, path: string, options: CallOptions = {}): Promise<ApiResponse> {
    const base = await this.endpoint(options);
    const json = options.json === undefined ? undefined : JSON.stringify(options.json);
    const request: ApiRequest = {
      service: this.type,
      method,
      url: `${base}${path}${toQuery(options.query)}`,
      headers: {
        accept: options.expect === 'stream' ? '*/*' : 'application/json',
        ...(json === undefined ? {} : { 'content-type': 'application/json' }),
        ...microversionHeaders(this.type, options.microversion ?? this.#context.microversion),
        ...lowerCase(options.headers),
      },
      body: json ?? options.body,
      authenticated: true,
      idempotent: options.idempotent ?? (method !== 'POST' && method !== 'PATCH'),
      expect: options.expect ?? 'text',
      signal: options.signal,
      timeoutMs: options.timeoutMs,
      attempt: 1,
    };
    return this.#context.send(request);
  }

  /** Sends a request and reads the JSON of its response with a schema. */
  async json<T>(method: Method, path: string, schema: z.ZodType<T>, options: CallOptions = {}): Promise<T> {
    const response = await this.request(method, path, options);
    const url = `${await this.endpoint(options)}${path}`;
    return this.read(response, schema, method, url);
  }

  /** A paginated list under `many`; items that the schema can not read throw an UnexpectedResponseError. */
  list<T>(path: string, many: string, schema: z.ZodType<T>, options: CallOptions = {}): Listing<T> {
    const first = toQuery(options.query);
    const fetch = async (next: string | undefined): Promise<Page<T>> => {
      // The filters are sent again: not every service repeats them in its link.
      const at = path + (next === undefined ? first : overrideQuery(first, next));
      const response = await this.request('GET', at, { ...options, query: undefined });
      const url = `${await this.endpoint(options)}${at}`;
      const document = this.read(response, z.looseObject({ [many]: z.array(z.unknown()) }), 'GET', url);
      const items = z.array(schema).safeParse(document[many]);
      if (!items.success) throw unreadable(items.error, response, 'GET', url);
      return { items: items.data, next: nextQuery(document) };
    };
    return this.listing(path, fetch);
  }

  /** A list whose pages are fetched in a way of its own. */
  listing<T>(path: string, fetch: (next: string | undefined) => Promise<Page<T>>): Listing<T> {
    return new Listing(fetch, (next) => {
      const words = `${this.type} ${path} sends the same next page again (${next}); the list would never end`;
      return new UnexpectedResponseError({ words });
    });
  }

  /** Reads a response with a schema. */
  read<T>(response: ApiResponse, schema: z.ZodType<T>, method: Method, url: string): T {
    let document: unknown;
    try {
      document = JSON.parse(response.text);
    } catch (cause) {
      const words = `the response is not JSON: ${response.text.slice(0, 200)}`;
      throw new UnexpectedResponseError({ ...facts(response, method, url), words, cause });
    }
    const parsed = schema.safeParse(document);
    if (!parsed.success) throw unreadable(parsed.error, response, method, url);
    return parsed.data;
  }

  /** The microversions the service offers, asked once; undefined if it has none. */
  async microversions(options: RequestOptions = {}): Promise<MicroversionRange | undefined> {
    this.#range ??= this.#askRange(options).catch((error: unknown) => {
      this.#range = undefined;
      throw error;
    });
    return this.#range;
  }

  /** The newest of the candidates that the service offers, or undefined. Pass it as `microversion` to a call. */
  async negotiate(candidates: readonly string[], options: RequestOptions = {}): Promise<string | undefined> {
    return negotiate(await this.microversions(options), candidates);
  }

  async #askRange(options: RequestOptions): Promise<MicroversionRange | undefined> {
    const { signal, timeoutMs } = options;
    const endpoint = await this.endpoint(options);
    // The version document is at the version itself: a catalogue URL may go on with a project id.
    const url = versionRoot(endpoint);
    const response = await this.#context.send({
      service: this.type,
      method: 'GET',
      url: `${url}/`,
      headers: { accept: 'application/json' },
      authenticated: true,
      idempotent: true,
      expect: 'text',
      signal,
      timeoutMs,
      attempt: 1,
    });
    const segment = /\/(v\d+(?:\.\d+)?)$/.exec(url)?.[1];
    const versions = readVersions(response);
    const own = versions.find((version) => version.id === segment || version.id === `${segment}.0`) ?? versions.at(-1);
    return own && rangeOf(own);
  }
}

/** Names of headers are compared, and must not be sent twice. */
const lowerCase = (headers: Readonly<Record<string, string>> = {}): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));

const facts = (
  response: ApiResponse,
  method: Method,
  url: string,
): { status: number; method: string; url: string; requestId: string | undefined } => ({
  status: response.status,
  method,
  url: redactUrl(url),
  requestId: response.requestId,
});

const unreadable = (error: z.ZodError, response: ApiResponse, method: Method, url: string): UnexpectedResponseError =>
  new UnexpectedResponseError({
    ...facts(response, method, url),
    words: `the response has not the documented form: ${describeIssues(error)}`,
    cause: error,
  });
