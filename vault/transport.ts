import { setTimeout as sleep } from 'node:timers/promises';
import { Agent, request as httpRequest, type Dispatcher } from 'undici';
import { z } from 'zod';
import { kindOfStatus, VaultError } from './error.ts';
import { explainRefusal } from './refusal.ts';
import { Slots } from './slots.ts';
import { timeLimit } from '../model/index.ts';

/** How to reach a Vault or OpenBao server. */
export interface VaultOptions {
  /** For example `https://vault.example.org:8200`. */
  readonly address: string;
  /**
   * Gives the token for each request, undefined to send none. `refused` is one that Vault has just refused: whoever
   * keeps a copy looks again where it comes from. Throws an Error whose message says why there is none.
   */
  readonly token: (refused?: string) => Promise<string | undefined>;
  /** What a person does about a token that is not valid, as a sentence without a full stop. */
  readonly tokenAdvice?: string;
  readonly namespace?: string;
  /** PEM text of the authority that signed the server's certificate; the system's authorities when absent. */
  readonly caCert?: string;
  /** Longest wait for one answer. Default 10,000 ms. */
  readonly timeoutMs?: number;
  /** How long a request is tried again after it failed because Vault is unavailable. Default 5,000 ms; 0 tries once. */
  readonly retryForMs?: number;
}

/** One request. */
export interface VaultRequest<T> {
  readonly method: 'GET' | 'POST' | 'DELETE';
  /** Path below `/v1/`, already URL-safe. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: Readonly<Record<string, unknown>>;
  /** What the answer must look like; an answer without a body is parsed as `undefined`. */
  readonly schema: z.ZodType<T>;
  readonly headers?: Readonly<Record<string, string>>;
  /** `none` sends no token; a string sends that one instead of the client's. */
  readonly token?: { readonly use: 'client' | 'none' } | { readonly value: string };
  /**
   * `unsent`: try again only when the request surely did not arrive, for what must not happen twice. Default `always`.
   */
  readonly retry?: 'always' | 'unsent';
  readonly signal?: AbortSignal | undefined;
}

/** Most tokens that one request is sent with, when each is refused and there is a newer one. */
const MAX_TOKENS = 3;

/**
 * Sends requests to Vault: one connection pool, one time-out per request, a bounded retry. A request that is refused is
 * sent again when there is a newer token by then; else Vault is asked why it refuses.
 */
export class VaultTransport {
  readonly address: string;
  readonly namespace: string | undefined;
  readonly caCert: string | undefined;
  readonly #options: VaultOptions;
  readonly #timeoutMs: number;
  readonly #retryForMs: number;
  readonly #agent: Agent;
  /**
   * One slot for each connection, so that a request's time-out begins when it is sent and not while a fleet's others
   * are.
   */
  readonly #slots = new Slots(MAX_CONNECTIONS);

  constructor(options: VaultOptions) {
    this.#options = options;
    this.address = options.address.replace(/\/+$/, '');
    this.namespace = options.namespace;
    this.caCert = options.caCert;
    this.#timeoutMs = options.timeoutMs ?? 10_000;
    this.#retryForMs = options.retryForMs ?? 5_000;
    this.#agent = new Agent({
      connections: MAX_CONNECTIONS,
      connect: {
        timeout: Math.min(this.#timeoutMs, 5_000),
        ...(options.caCert === undefined ? {} : { ca: options.caCert }),
      },
    });
  }

  /** Sends a request and parses the answer. Throws {@link VaultError}, or the signal's reason when it is aborted. */
  async send<T>(request: VaultRequest<T>): Promise<T> {
    // A signal of its own for each request: a hundred requests of one activity would put more listeners on its signal
    // than Node expects.
    const signal = request.signal === undefined ? undefined : AbortSignal.any([request.signal]);
    const wanted = { ...request, signal };
    let deadline: number | undefined;
    for (let pauseMs = 100; ; pauseMs = Math.min(pauseMs * 2, 1_000)) {
      try {
        return await this.#answered(wanted);
      } catch (error) {
        signal?.throwIfAborted();
        deadline ??= Date.now() + this.#retryForMs;
        if (!this.#mayRetry(wanted, error) || Date.now() + pauseMs > deadline) throw error;
      }
      // Jitter, so that the workers of a fleet do not return at the same moment.
      await sleep(pauseMs * (0.5 + Math.random()), undefined, signal ? { signal } : {});
    }
  }

  /** Closes idle connections; requests under way end first. */
  async close(): Promise<void> {
    await this.#agent.close();
  }

  #mayRetry<T>(wanted: VaultRequest<T>, error: unknown): boolean {
    if (!(error instanceof VaultError) || error.kind !== 'unavailable') return false;
    return wanted.retry !== 'unsent' || isUnsent(error.cause);
  }

  /** One try, with a newer token if there is one when Vault refuses the one it got. */
  async #answered<T>(wanted: VaultRequest<T>): Promise<T> {
    let token = await this.#token(wanted);
    for (let tokens = 1; ; tokens++) {
      try {
        return await this.#once(wanted, token);
      } catch (error) {
        if (!(error instanceof VaultError) || error.kind !== 'forbidden' || !usesOwnToken(wanted)) throw error;
        const newer = await this.#token(wanted, token);
        if (newer === token || tokens === MAX_TOKENS) throw await this.#explained(error, wanted, newer);
        token = newer;
      }
    }
  }

  /** The refusal with its cause. What explains it is sent with the same token, once. */
  #explained<T>(error: VaultError, refused: VaultRequest<T>, token: string | undefined): Promise<VaultError> {
    const ask = <U>(question: VaultRequest<U>) => this.#once({ ...question, signal: refused.signal }, token);
    return explainRefusal({ error, refused, ask, hasToken: token !== undefined, advice: this.#options.tokenAdvice });
  }

  #once<T>(wanted: VaultRequest<T>, token: string | undefined): Promise<T> {
    return this.#slots.use(() => this.#exchange(wanted, token), wanted.signal);
  }

  async #exchange<T>(wanted: VaultRequest<T>, token: string | undefined): Promise<T> {
    const { method, path } = wanted;
    const redact = (text: string) => (token === undefined ? text : text.replaceAll(token, '<token>'));
    const timeout = timeLimit(this.#timeoutMs);
    const query = new URLSearchParams(wanted.query).toString();
    let status: number;
    let text: string;
    try {
      const answer = await httpRequest(`${this.address}/v1/${path}${query === '' ? '' : `?${query}`}`, {
        dispatcher: this.#agent,
        method,
        headers: this.#headers(wanted, token),
        ...(wanted.body === undefined ? {} : { body: JSON.stringify(wanted.body) }),
        signal: wanted.signal ? AbortSignal.any([wanted.signal, timeout]) : timeout,
      } satisfies Parameters<typeof httpRequest>[1]);
      status = answer.statusCode;
      text = await readBody(answer);
    } catch (cause) {
      wanted.signal?.throwIfAborted();
      const words = timeout.aborted ? `no answer from ${this.address} in ${this.#timeoutMs} ms` : networkWords(cause);
      throw new VaultError({ kind: 'unavailable', method, path, words: [redact(words)] }, { cause });
    }
    if (status >= 400) {
      throw new VaultError({ kind: kindOfStatus(status), method, path, status, words: errorWords(text).map(redact) });
    }
    return parseAnswer(wanted, status, text);
  }

  async #token<T>(wanted: VaultRequest<T>, refused?: string): Promise<string | undefined> {
    const { method, path, token = { use: 'client' } } = wanted;
    if ('value' in token) return token.value;
    if (token.use === 'none') return undefined;
    try {
      return await this.#options.token(refused);
    } catch (cause) {
      const words = [cause instanceof Error ? cause.message : 'the token cannot be read'];
      const advice = this.#options.tokenAdvice;
      throw new VaultError({ kind: 'unauthorized', method, path, words, advice }, { cause });
    }
  }

  #headers<T>(wanted: VaultRequest<T>, token: string | undefined): Record<string, string> {
    return {
      // Vault answers only requests that a web page cannot forge, where it is configured so.
      'X-Vault-Request': 'true',
      ...(wanted.body === undefined ? {} : { 'Content-Type': 'application/json' }),
      ...(token === undefined ? {} : { 'X-Vault-Token': token }),
      ...(this.namespace === undefined ? {} : { 'X-Vault-Namespace': this.namespace }),
      ...wanted.headers,
    };
  }
}

const usesOwnToken = <T>({ token }: VaultRequest<T>): boolean =>
  token === undefined || ('use' in token && token.use === 'client');

const MAX_CONNECTIONS = 32;
/** Answers are small (a few KiB); what is larger than this is not Vault's. */
const MAX_ANSWER_BYTES = 8 * 1024 * 1024;

async function readBody(answer: Dispatcher.ResponseData): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of answer.body) {
    const bytes = Buffer.from(chunk as Uint8Array);
    size += bytes.length;
    if (size > MAX_ANSWER_BYTES) throw new Error(`the answer is larger than ${MAX_ANSWER_BYTES} bytes`);
    chunks.push(bytes);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function parseAnswer<T>(wanted: VaultRequest<T>, status: number, text: string): T {
  const { method, path } = wanted;
  const invalid = (words: string) => new VaultError({ kind: 'invalid', method, path, status, words: [words] });
  let body: unknown;
  try {
    body = text === '' ? undefined : JSON.parse(text);
  } catch {
    throw invalid('the answer is not JSON: something else answers at this address');
  }
  const parsed = wanted.schema.safeParse(body);
  if (parsed.success) return parsed.data;
  // Only the fields' names: zod's messages do not quote values, and what is wrong is where, not what.
  const fields = parsed.error.issues.map((issue) => `${issue.path.join('.') || 'body'} (${issue.code})`);
  throw invalid(`the answer is not what was expected: ${fields.join(', ')}`);
}

const errorBody = z.looseObject({ errors: z.array(z.string()).default([]) });

function errorWords(text: string): string[] {
  try {
    return errorBody.parse(JSON.parse(text)).errors.map((words) => words.replaceAll(/\s+/g, ' ').trim());
  } catch {
    return text === '' ? [] : ['the answer is not JSON: a proxy may have answered instead of Vault'];
  }
}

const coded = z.looseObject({ code: z.string() });

function errorCode(error: unknown): string | undefined {
  const parsed = coded.safeParse(error);
  return parsed.success ? parsed.data.code : undefined;
}

/** Whether the connection was never made, so that the server cannot have seen the request. */
function isUnsent(error: unknown): boolean {
  const codes = ['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH', 'UND_ERR_CONNECT_TIMEOUT'];
  return codes.includes(errorCode(error) ?? '');
}

function networkWords(error: unknown): string {
  const words = error instanceof Error && error.message !== '' ? error.message : 'no connection';
  const code = errorCode(error);
  return code === undefined || words.includes(code) ? words : `${words} (${code})`;
}
