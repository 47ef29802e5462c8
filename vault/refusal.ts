import { z } from 'zod';
import { capabilitiesOf, granted, lacking } from './capabilities.ts';
import { VaultError } from './error.ts';
import type { VaultRequest } from './transport.ts';

/** A request that Vault answered with 403, and the way to ask it why. */
export interface Refusal<T> {
  readonly error: VaultError;
  readonly refused: VaultRequest<T>;
  /** Sends a request with the token that was refused. */
  readonly ask: <U>(question: VaultRequest<U>) => Promise<U>;
  readonly hasToken: boolean;
  /** What a person does about a token that is not valid. */
  readonly advice: string | undefined;
}

export const LOOKUP_SELF = 'auth/token/lookup-self';

const lookupSchema = z.looseObject({
  data: z.looseObject({ display_name: z.string().default(''), policies: z.array(z.string()).nullish() }),
});

/**
 * Why Vault refused. It answers 403 for a token that is not valid (expired, revoked, just being replaced) as it does
 * for one whose policies do not allow the request, and both in the same words; but every valid token may look itself up
 * (Vault's policy "default", and ours). When Vault does not answer that question, its silence is the error: then
 * nothing is known of the token.
 */
export async function explainRefusal<T>(refusal: Refusal<T>): Promise<VaultError> {
  const { ask, refused } = refusal;
  if (!refusal.hasToken) return unauthorized(refusal, 'no token was sent');
  if (refused.path === LOOKUP_SELF) return unauthorized(refusal, INVALID);
  try {
    const { data } = await ask({ method: 'GET', path: LOOKUP_SELF, schema: lookupSchema });
    const policies = data.policies?.join(', ') ?? '';
    return forbidden(
      refusal,
      `"${data.display_name}" with the policies ${policies || '(none)'}`,
      await missing(refusal),
    );
  } catch (error) {
    refused.signal?.throwIfAborted();
    if (!(error instanceof VaultError)) throw error;
    return error.kind === 'forbidden' ? unauthorized(refusal, INVALID) : error;
  }
}

const INVALID = 'the token is not valid: it has expired, was revoked, or is just being replaced';

function unauthorized<T>({ error, advice }: Refusal<T>, words: string): VaultError {
  return derived(error, 'unauthorized', words, advice);
}

function forbidden<T>({ error }: Refusal<T>, token: string, absent: readonly string[]): VaultError {
  if (absent.length === 0) {
    return derived(error, 'forbidden', `the token ${token} is valid, and its policies allow the path`, OTHER_CAUSE);
  }
  const capabilities = absent.map((one) => `"${one}"`).join(', ');
  const words = `the token ${token} is valid, but lacks ${capabilities} on ${error.path}`;
  return derived(error, 'forbidden', words, GIVE_POLICY);
}

const GIVE_POLICY =
  'Give it the policy that Slipway needs: vault policy write slipway docs/reference/vault-policy.hcl, then a token with -policy=slipway';
const OTHER_CAUSE =
  'See Vault’s audit log for what else refuses: a parameter that a policy forbids, a quota, a proxy, or a policy that has just been given';

function derived(error: VaultError, kind: VaultError['kind'], words: string, advice: string | undefined): VaultError {
  const { method, path, status } = error;
  return new VaultError({ kind, method, path, status, words: [...error.words, words], advice }, { cause: error });
}

/**
 * The capabilities that the request needs and the token has not. When Vault does not say which it has: those it needs.
 */
async function missing<T>({ refused, ask }: Refusal<T>): Promise<string[]> {
  const { path } = refused;
  const needed = neededFor(refused);
  try {
    return lacking(needed, granted(await ask(capabilitiesOf([path])), path));
  } catch (error) {
    if (error instanceof VaultError && error.kind === 'forbidden') return needed;
    throw error;
  }
}

/**
 * Vault documentation: concepts/policies, "Capabilities". Whether a write creates or updates depends on what is there.
 */
function neededFor<T>({ method, query }: VaultRequest<T>): string[] {
  if (method === 'DELETE') return ['delete'];
  if (method === 'POST') return ['create', 'update'];
  return query?.['list'] === 'true' ? ['list'] : ['read'];
}
