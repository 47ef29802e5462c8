import type { DoctorCheck } from '../../model/index.ts';
import { describeToken, lackingForWorker, type VaultClient } from '../../vault/index.ts';

const SUBJECT = { id: 'vault.worker', title: 'Vault token of the worker' };

/** What the doctor says of the token that this worker has. Throws VaultError when Vault does not tell. */
export async function lookAtToken(vault: VaultClient, signal: AbortSignal): Promise<DoctorCheck> {
  const token = await vault.tokenInfo(signal);
  const lacking = await lackingForWorker(vault, signal);
  const who = describeToken(token);
  if (lacking.length > 0) {
    return {
      ...SUBJECT,
      ok: false,
      detail: `${who}; its policies lack ${lacking.join('; ')}`,
      fix: 'give it the policy in docs/reference/vault-policy.hcl: vault policy write slipway docs/reference/vault-policy.hcl',
    };
  }
  const renewed = token.ttlSeconds !== undefined && token.renewable ? '; the worker renews it' : '';
  return { ...SUBJECT, ok: true, detail: `${who}${renewed}` };
}
