import { z } from 'zod';
import { abandonable } from './abort.ts';
import { type AuthOptions, tokenRequest } from './auth-options.ts';
import { catalogEntrySchema } from './catalog.ts';
import { NotFoundError, UnauthorizedError, UnexpectedResponseError } from './errors.ts';
import type { Handler } from './http-types.ts';
import { describeIssues } from './issues.ts';
import type { Redactor } from './redact.ts';

const reference = z.looseObject({ id: z.string(), name: z.string().optional() });

/**
 * What Keystone says about a token. https://docs.openstack.org/api-ref/identity/v3/#authentication-and-token-management
 */
const tokenSchema = z.looseObject({
  expires_at: z.string(),
  issued_at: z.string().optional(),
  methods: z.array(z.string()).default([]),
  user: reference,
  project: reference.optional(),
  roles: z.array(reference).default([]),
  catalog: z.array(catalogEntrySchema).default([]),
});
export type Token = z.output<typeof tokenSchema>;

/** A token with its secret value and the moment, on this machine's clock, from which it is renewed. */
export interface HeldToken {
  value: string;
  renewAt: number;
  details: Token;
}

/** Tokens are renewed this long before they expire, or after half their life if that is shorter. */
const RENEW_BEFORE_MS = 120_000;

/**
 * Holds the token: fetched when first needed, renewed early, and once per refusal however many requests meet it.
 */
export class Session {
  readonly #auth: AuthOptions;
  readonly #identityUrl: () => Promise<string>;
  readonly #send: Handler;
  readonly #redactor: Redactor;
  #current: HeldToken | undefined;
  #renewal: Promise<HeldToken> | undefined;

  constructor(auth: AuthOptions, identityUrl: () => Promise<string>, send: Handler, redactor: Redactor) {
    this.#auth = auth;
    this.#identityUrl = identityUrl;
    this.#send = send;
    this.#redactor = redactor;
    redactor.addSecret(auth.password);
    redactor.addSecret(auth.application_credential_secret);
    if (auth.token) redactor.addToken(auth.token);
  }

  /**
   * A valid token. `refused` is one that a service answered with 401: it is replaced, unless that has happened already.
   * The signal frees the caller only; a renewal that others wait for goes on.
   */
  async token(signal?: AbortSignal, refused?: string): Promise<HeldToken> {
    const held = this.#current;
    if (held && held.value !== refused && Date.now() < held.renewAt) return held;
    this.#renewal ??= this.#authenticate().finally(() => {
      this.#renewal = undefined;
    });
    return abandonable(this.#renewal, signal);
  }

  async #authenticate(): Promise<HeldToken> {
    const started = Date.now();
    const url = `${await this.#identityUrl()}/auth/tokens`;
    const response = await this.#send({
      service: 'identity',
      method: 'POST',
      url,
      headers: { 'content-type': 'application/json', accept: 'application/json' },
      body: JSON.stringify(tokenRequest(this.#auth)),
      authenticated: false,
      idempotent: true, // A token more or less has no effect.
      expect: 'text',
      attempt: 1,
    }).catch(refuseLogin);
    const value = response.headers['x-subject-token'];
    const fail = (words: string): UnexpectedResponseError =>
      new UnexpectedResponseError({
        words,
        status: response.status,
        method: 'POST',
        url,
        requestId: response.requestId,
      });
    if (!value) throw fail('Keystone sent no X-Subject-Token');
    this.#redactor.addToken(value);
    const parsed = z.object({ token: tokenSchema }).safeParse(parseJson(response.text));
    if (!parsed.success) throw fail(`unreadable token: ${describeIssues(parsed.error)}`);
    const details = parsed.data.token;
    this.#current = { value, renewAt: started + usableMs(details, started), details };
    return this.#current;
  }
}

/**
 * Keystone answers 404 for an application credential or a token that is gone. That is a credential refused: whoever
 * takes a missing resource for success must not see it (keystone:keystone/exception.py, ApplicationCredentialNotFound).
 */
const refuseLogin = (error: unknown): never => {
  if (!(error instanceof NotFoundError)) throw error;
  const { words, status, method, url, requestId, code } = error;
  throw new UnauthorizedError({ words, status, method, url, requestId, code, cause: error });
};

const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

/** Counted from Keystone's own issue time where it is given, so that a wrong clock on this machine does no harm. */
const usableMs = (token: Token, now: number): number => {
  const issued = token.issued_at === undefined ? now : Date.parse(token.issued_at);
  const life = Math.max(0, Date.parse(token.expires_at) - issued);
  return life - Math.min(RENEW_BEFORE_MS, life / 2);
};

/** Sends the token, and on 401 renews it and sends the request once more. */
export const authenticating =
  (next: Handler, session: Session): Handler =>
  async (request) => {
    if (!request.authenticated) return next(request);
    const first = await session.token(request.signal);
    const withToken = (token: HeldToken): typeof request => ({
      ...request,
      headers: { ...request.headers, 'x-auth-token': token.value },
    });
    try {
      return await next(withToken(first));
    } catch (error) {
      const spent = typeof request.body === 'object' && !(request.body instanceof Uint8Array);
      if (!(error instanceof UnauthorizedError) || spent) throw error;
      const second = await session.token(request.signal, first.value);
      return await next({ ...withToken(second), attempt: request.attempt + 1 });
    }
  };
