import type { Environment } from '../temporal/index.ts';
import { type VaultClient, vaultFromEnvironment } from '../vault/index.ts';

/** Vault as the environment names it; undefined when it names none (VAULT_ADDR is not set). */
export function optionalVault(environment: Environment): VaultClient | undefined {
  const address = environment['VAULT_ADDR'];
  return address === undefined || address === '' ? undefined : vaultFromEnvironment(environment);
}
