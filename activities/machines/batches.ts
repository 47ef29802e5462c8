import { cancellationSignal } from '@temporalio/activity';
import { z } from 'zod';
import { nextBatch as nextAfter, vaultPaths } from '../../model/index.ts';
import type { VaultClient } from '../../vault/index.ts';

const keptSchema = z.looseObject({ next: z.int().min(0) });

/**
 * The first batch of a group that no machine has ever come with, and none that is higher. Machines that are gone say
 * nothing of their batch; Vault keeps it ({@link keepBatches}).
 *
 * @param machines those that there are: of clusters that were made before batches were kept they are all that is known
 */
export async function nextBatch(
  vault: VaultClient,
  id: string,
  group: string,
  machines: readonly { readonly name: string }[],
): Promise<number> {
  return Math.max(nextAfter(id, group, machines), (await kept(vault, id, group)) ?? 0);
}

/** Keeps that batches below this one are taken. Before they are asked for: a crash may leave one out, not repeat it. */
export async function keepBatches(vault: VaultClient, id: string, group: string, next: number): Promise<void> {
  if (((await kept(vault, id, group)) ?? 0) >= next) return;
  await vault.kv.write(vaultPaths(id).batches(group), { next }, cancellationSignal());
}

async function kept(vault: VaultClient, id: string, group: string): Promise<number | undefined> {
  return (await vault.kv.find(vaultPaths(id).batches(group), keptSchema, cancellationSignal()))?.next;
}
