import { z } from 'zod';
import { cloudPath, type DoctorCheck } from '../../model/index.ts';
import { describeToken, KV_MOUNT, type VaultClient, VaultError } from '../../vault/index.ts';
import { attempt, failed, passed } from './check.ts';

const POLICY = 'docs/reference/vault-policy.hcl has the policy that Slipway needs';

/** Looks at Vault: the server, the token, the mount with the secrets. */
export async function* checkVault(vault: VaultClient, signal: AbortSignal): AsyncGenerator<DoctorCheck> {
  const server = await checkServer(vault, signal);
  yield server;
  if (!server.ok) return;
  const token = await checkToken(vault, signal);
  yield token;
  if (token.ok) yield await checkMount(vault, signal);
}

function checkServer(vault: VaultClient, signal: AbortSignal): Promise<DoctorCheck> {
  const subject = { id: 'vault.server', title: 'Vault' };
  return attempt(subject, 'start Vault, or set VAULT_ADDR (and VAULT_CACERT)', async () => {
    const { initialized, sealed, version } = await vault.health(signal);
    if (!initialized) return failed(subject, `${vault.address} is not initialised`, 'vault operator init');
    if (sealed) return failed(subject, `${vault.address} is sealed`, 'vault operator unseal');
    return passed(subject, `${version} at ${vault.address}, unsealed`);
  });
}

function checkToken(vault: VaultClient, signal: AbortSignal): Promise<DoctorCheck> {
  const subject = { id: 'vault.token', title: 'Vault token, yours' };
  return attempt(subject, `set VAULT_TOKEN or SLIPWAY_VAULT_TOKEN_FILE to a token that is valid; ${POLICY}`, async () =>
    passed(subject, describeToken(await vault.tokenInfo(signal))),
  );
}

function checkMount(vault: VaultClient, signal: AbortSignal): Promise<DoctorCheck> {
  const subject = { id: 'vault.mount', title: `Vault mount "${KV_MOUNT}/"` };
  const fix = `vault secrets enable -path=${KV_MOUNT} -version=2 kv; ${POLICY}`;
  return attempt(subject, fix, async () => {
    if (await isMountMissing(vault, signal)) return failed(subject, 'there is no such mount', fix);
    const clouds = await vault.kv.list('clouds', signal);
    return passed(subject, clouds.length === 1 ? 'one cloud' : `${clouds.length} clouds`);
  });
}

/**
 * Whether there is such a secret, and whether this token may read it, does not matter: a missing mount answers
 * otherwise.
 */
async function isMountMissing(vault: VaultClient, signal: AbortSignal): Promise<boolean> {
  try {
    await vault.kv.find(cloudPath('doctor'), z.unknown(), signal);
    return false;
  } catch (error) {
    if (error instanceof VaultError && error.kind === 'forbidden') return false;
    if (error instanceof VaultError && error.mountMissing) return true;
    throw error;
  }
}
