import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { VaultClient } from './client.ts';
import type { VaultOptions } from './transport.ts';

/** The environment variables by which Vault is found; the names are those of Vault's own command line. */
const environmentSchema = z.looseObject({
  VAULT_ADDR: z.url({ protocol: /^https?$/, error: 'must be a URL such as https://vault.example.org:8200' }),
  VAULT_TOKEN: z.string().min(1).optional(),
  SLIPWAY_VAULT_TOKEN_FILE: z.string().min(1).optional(),
  VAULT_NAMESPACE: z.string().min(1).optional(),
  VAULT_CACERT: z.string().min(1).optional(),
  VAULT_CLIENT_TIMEOUT: z
    .string()
    .regex(/^[1-9]\d{0,3}s?$/, 'must be whole seconds, such as 10 or 10s')
    .transform((text) => Number.parseInt(text, 10))
    .optional(),
});

/** Vault cannot be reached with the settings given; the message names each variable and what is wrong with it. */
export class VaultConfigError extends Error {
  override readonly name = 'VaultConfigError';
}

/**
 * Reads the settings from VAULT_ADDR, VAULT_TOKEN or SLIPWAY_VAULT_TOKEN_FILE, VAULT_NAMESPACE, VAULT_CACERT (a file)
 * and VAULT_CLIENT_TIMEOUT (longest wait for one answer, in seconds). The token file is read again whenever it is a few
 * seconds old and when Vault refuses what it held, so that an agent may renew it. Throws {@link VaultConfigError}.
 */
export function vaultOptionsFromEnvironment(
  environment: Readonly<Record<string, string | undefined>> = process.env,
): VaultOptions {
  const set = Object.fromEntries(
    Object.entries(environment).filter(([, value]) => value !== undefined && value !== ''),
  );
  const parsed = environmentSchema.safeParse(set);
  if (!parsed.success) {
    const reasons = parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
    throw new VaultConfigError(
      `Vault is not configured: ${reasons.join('; ')}. Set the environment variable and start again.`,
    );
  }
  const { VAULT_ADDR, VAULT_TOKEN, SLIPWAY_VAULT_TOKEN_FILE, VAULT_NAMESPACE, VAULT_CACERT, VAULT_CLIENT_TIMEOUT } =
    parsed.data;
  return {
    address: VAULT_ADDR,
    ...(SLIPWAY_VAULT_TOKEN_FILE === undefined ? tokenVariable(VAULT_TOKEN) : tokenFile(SLIPWAY_VAULT_TOKEN_FILE)),
    ...(VAULT_NAMESPACE === undefined ? {} : { namespace: VAULT_NAMESPACE }),
    ...(VAULT_CLIENT_TIMEOUT === undefined ? {} : { timeoutMs: VAULT_CLIENT_TIMEOUT * 1000 }),
    ...(VAULT_CACERT === undefined ? {} : { caCert: readCertificate(VAULT_CACERT) }),
  };
}

/** A client with the settings of {@link vaultOptionsFromEnvironment}. */
export function vaultFromEnvironment(environment?: Readonly<Record<string, string | undefined>>): VaultClient {
  return new VaultClient(vaultOptionsFromEnvironment(environment));
}

type Token = Pick<VaultOptions, 'token' | 'tokenAdvice'>;

const tokenVariable = (token: string | undefined): Token => ({
  token: () => Promise.resolve(token),
  tokenAdvice:
    'Start this process again with a valid token in VAULT_TOKEN, or name a file that an agent keeps valid: SLIPWAY_VAULT_TOKEN_FILE',
});

const TOKEN_FILE_AGE_MS = 5_000;

/** A file that is not there, or empty, is one that is just being written: the next request looks again. */
function tokenFile(path: string): Token {
  let known: { token: string; readAt: number } | undefined;
  return {
    token: async (refused) => {
      const fresh = known !== undefined && known.token !== refused && Date.now() - known.readAt < TOKEN_FILE_AGE_MS;
      if (known !== undefined && fresh) return known.token;
      const token = await readFile(path, 'utf8').then(
        (text) => text.trim(),
        (cause: unknown) => {
          throw new VaultConfigError(`SLIPWAY_VAULT_TOKEN_FILE: ${path} cannot be read`, { cause });
        },
      );
      if (token === '') throw new VaultConfigError(`SLIPWAY_VAULT_TOKEN_FILE: ${path} is empty`);
      known = { token, readAt: Date.now() };
      return token;
    },
    tokenAdvice: `It is waited for: see that the agent which writes ${path} (SLIPWAY_VAULT_TOKEN_FILE) works, or write a valid token there`,
  };
}

function readCertificate(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    throw new VaultConfigError(`VAULT_CACERT: ${path} cannot be read.`, { cause });
  }
}
