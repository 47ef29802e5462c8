import type { IncomingHttpHeaders } from 'node:http';
import type { z } from 'zod';
import type { Identity } from '../keystone/identity.ts';
import type { Takes } from './takes.ts';

/** One request, as handlers see it. */
export interface Call {
  readonly method: string;
  /** The path below the service's prefix, without the query. */
  readonly path: string;
  /** Scheme and host as the client addressed them: links and the catalogue point back there. */
  readonly origin: string;
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  /** Parsed JSON, or a Buffer where the service takes raw data; undefined without a body. */
  readonly body: unknown;
  readonly requestId: string;
  /** The address that the client connected from. */
  readonly clientAddress: string;
  /** Who asks. */
  readonly who: Identity;
  /** Minor microversion (2.<minor>, 3.<minor>) where the service has them, else 0. */
  microversion: number;
}

/** What a handler answers. */
export interface Answer {
  readonly status: number;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** What an answer may depend on besides the call: who accepts what, and the number of the request. */
export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly requestId: string;
}

/** A refusal, already in the service's own words and shape. */
export class ApiError extends Error {
  readonly status: number;
  readonly body: unknown;
  readonly headers: Readonly<Record<string, string>>;

  constructor(status: number, body: unknown, message: string, headers: Readonly<Record<string, string>> = {}) {
    super(message);
    this.name = 'ApiError';
    this.status = status;
    this.body = body;
    this.headers = headers;
  }

  /** The answer to one request; services whose errors depend on what is accepted override it. */
  answer: (asked: Asked) => Answer = () => ({ status: this.status, body: this.body, headers: this.headers });
}

/** How a service words what every service must be able to say. */
export interface Dialect {
  /** The error for a status in the shape of this service. `type` is used by services that name the error. */
  error(status: number, message: string, type?: string, headers?: Readonly<Record<string, string>>): ApiError;
  /** A field of the body that is not what the schema wants. */
  invalid(path: string, value: unknown, reason: string): ApiError;
  /**
   * A path the service does not have, or has for the `allowed` methods only. Without it WebOb's 404 in both cases, as
   * services with Routes answer, where a method that does not fit is a path that does not fit.
   */
  unknownPath?(asked: Asked & { readonly allowed: readonly string[] }): ApiError;
  /** A request without a good token, with the headers of the challenge; without it the words of keystonemiddleware. */
  unauthorized?(challenge: Readonly<Record<string, string>>, token: string | undefined): ApiError;
  /**
   * Reads a body that is not empty, as the service reads it. Without it: JSON, else 400 `Malformed request body`.
   * @throws ApiError in the service's words, for a body or a content type that it does not take
   */
  readBody?(text: string, contentType: string): unknown;
  /** Content type of answers without a body; default: none. */
  readonly emptyType?: string;
}

export type Handler = (call: Call) => Answer | Promise<Answer>;

/** Differences from the ordinary route. */
export interface RouteOptions {
  /** Answered without a token. */
  readonly open?: boolean;
  /** What the body may hold; each route that makes or changes something says it. */
  readonly takes?: Takes;
}

/** One route of a service. */
export interface Route {
  readonly method: string;
  readonly path: string;
  readonly handler: Handler;
  readonly open: boolean;
  readonly takes: Takes | undefined;
}

/** One OpenStack service: its routes under a prefix, its dialect, and what runs before each handler. */
export class Service {
  readonly name: string;
  readonly prefix: string;
  readonly dialect: Dialect;
  readonly routes: Route[] = [];
  /** Whether bodies are handed over as bytes. */
  readonly raw: boolean;
  /** Whether paths that it does not have ask for a token first. */
  readonly guarded: boolean;
  /** Runs after authentication and before the handler; its headers go into every answer. */
  before: (call: Call) => Readonly<Record<string, string>> = () => ({});

  constructor(
    name: string,
    prefix: string,
    dialect: Dialect,
    options: { readonly raw?: boolean; readonly guarded?: boolean } = {},
  ) {
    this.name = name;
    this.prefix = prefix;
    this.dialect = dialect;
    this.raw = options.raw ?? false;
    this.guarded = options.guarded ?? true;
  }

  route(method: string, path: string, handler: Handler, options: RouteOptions = {}): void {
    this.routes.push({ method, path, handler, open: options.open ?? false, takes: options.takes });
  }
  get(path: string, handler: Handler, options?: RouteOptions): void {
    this.route('GET', path, handler, options);
  }
  post(path: string, takes: Takes, handler: Handler, options?: RouteOptions): void {
    this.route('POST', path, handler, { ...options, takes });
  }
  put(path: string, takes: Takes, handler: Handler, options?: RouteOptions): void {
    this.route('PUT', path, handler, { ...options, takes });
  }
  patch(path: string, takes: Takes, handler: Handler, options?: RouteOptions): void {
    this.route('PATCH', path, handler, { ...options, takes });
  }
  delete(path: string, handler: Handler, options?: RouteOptions): void {
    this.route('DELETE', path, handler, options);
  }

  /** The body, parsed once; the first thing wrong with it is answered in the service's words. */
  parse<S extends z.ZodType>(schema: S, body: unknown): z.output<S> {
    const parsed = schema.safeParse(body);
    if (parsed.success) return parsed.data;
    const issue = parsed.error.issues[0];
    const path = issue?.path.map(String) ?? [];
    let value = body;
    for (const key of path) value = isRecord(value) || Array.isArray(value) ? Reflect.get(value, key) : undefined;
    throw this.dialect.invalid(path.join('.'), value, issue?.message ?? 'is invalid');
  }
}

/** Whether a value is a plain JSON object. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export const ok = (body: unknown, headers?: Readonly<Record<string, string>>): Answer => reply(200, body, headers);
export const created = (body: unknown, headers?: Readonly<Record<string, string>>): Answer => reply(201, body, headers);
export const accepted = (body?: unknown, headers?: Readonly<Record<string, string>>): Answer =>
  reply(202, body, headers);
export const noContent = (headers?: Readonly<Record<string, string>>): Answer => reply(204, undefined, headers);

/** An answer of any status. */
export function reply(status: number, body?: unknown, headers?: Readonly<Record<string, string>>): Answer {
  return { status, ...(body === undefined ? {} : { body }), ...(headers ? { headers } : {}) };
}

/** A text as JSON. @throws the refusal if it is not JSON */
export function parseJson(text: string, refusal: ApiError): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw refusal;
  }
}
