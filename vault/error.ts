/**
 * What went wrong with a request to Vault: `unavailable` no answer, sealed, 429 or 5xx, worth trying again;
 * `unauthorized` there is no token, or it is not valid now: expired, revoked, or just being replaced; `forbidden` the
 * token is valid and its policies do not allow this; `not-found` the secret or the mount is not there; `invalid` Vault
 * refuses the request as it is, or its answer was not understood.
 */
export type VaultErrorKind = 'unavailable' | 'unauthorized' | 'forbidden' | 'not-found' | 'invalid';

/** What a {@link VaultError} is made of. Paths are not secret in Vault; values never come in here. */
export interface VaultErrorDetails {
  readonly kind: VaultErrorKind;
  readonly method: string;
  /** Path below `/v1/`. */
  readonly path: string;
  /** HTTP status; undefined when no answer came. */
  readonly status?: number | undefined;
  /** Vault's own words, or those of the network. */
  readonly words: readonly string[];
  /** What to do, where more is known than the kind. */
  readonly advice?: string | undefined;
}

const advice: Readonly<Record<VaultErrorKind, string>> = {
  unavailable: 'Check that Vault runs at this address, is unsealed and can be reached; then try again',
  unauthorized: 'Give a token that is valid; what waits for it then goes on',
  forbidden: 'Check that the token has the policy in docs/reference/vault-policy.hcl',
  'not-found': 'Check the path; it may have been deleted',
  invalid: 'It would be refused again as it is: see Vault’s words',
};

/** A request to Vault that failed. The message says what was tried, on what path, Vault's own words, and what to do. */
export class VaultError extends Error {
  override readonly name = 'VaultError';
  readonly kind: VaultErrorKind;
  readonly method: string;
  readonly path: string;
  readonly status: number | undefined;
  readonly words: readonly string[];

  constructor(details: VaultErrorDetails, options?: ErrorOptions) {
    const answer =
      [details.status?.toString(), details.words.join('; ')].filter(Boolean).join(' ') || 'no reason given';
    super(`Vault: ${details.method} ${details.path}: ${answer}. ${hint(details)}.`, options);
    this.kind = details.kind;
    this.method = details.method;
    this.path = details.path;
    this.status = details.status;
    this.words = details.words;
  }

  /** Whether Vault has no mount at this path at all, as opposed to a mount without this secret. */
  get mountMissing(): boolean {
    return missesMount(this);
  }
}

/**
 * The kind of error that an HTTP status of Vault means (Vault API documentation, "HTTP status codes"). It answers 403
 * both for a token that is not valid and for one whose policies do not allow the request: `refusal.ts` tells them
 * apart.
 */
export function kindOfStatus(status: number): VaultErrorKind {
  if (status === 403 || status === 401) return 'forbidden';
  if (status === 404) return 'not-found';
  // 412: a standby or performance replica has not caught up yet. 472 and 473: a disaster recovery or standby node
  // answers.
  if (status === 408 || status === 412 || status === 429 || status >= 472) return 'unavailable';
  return 'invalid';
}

function hint(details: VaultErrorDetails): string {
  if (details.advice !== undefined) return details.advice;
  if (!missesMount(details)) return advice[details.kind];
  const mount = details.path.split('/')[0] ?? '';
  return `There is no secrets engine at "${mount}/": enable it, or check the path`;
}

function missesMount({ status, words }: Pick<VaultErrorDetails, 'status' | 'words'>): boolean {
  return status === 404 && words.some((text) => text.includes('no handler for route'));
}
