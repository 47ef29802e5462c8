import { MockActivityEnvironment } from '@temporalio/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { remainingSecrets, removeSecrets } from '../../../activities/secrets/delete-secrets.ts';
import { forgetCluster, keepRecord, keptIds, readKept } from '../../../activities/cluster/kept-clusters.ts';
import { adopt, type ClusterRecord, clusterSpecSchema, newRecord, vaultPaths } from '../../../model/index.ts';
import { VaultClient } from '../../../vault/index.ts';
import { startTestVault, type TestVault } from '../../support/vault-server.ts';

/** Against a real Vault or OpenBao, with a token that has docs/reference/vault-policy.hcl and nothing else. */
let server: TestVault;
let vault: VaultClient;
const signal = new AbortController().signal;
const NOW = '2026-01-02T03:04:05.000Z';
const spec = (name: string) => clusterSpecSchema.parse({ name, cloud: 'sandbox' });
beforeAll(async () => {
  server = await startTestVault();
  vault = new VaultClient({ address: server.address, token: () => Promise.resolve(server.token) });
}, 120_000);
afterAll(async () => {
  await vault.close();
  await server.stop();
});

const keep = (record: ClusterRecord) => {
  const activity = keepRecord({ vault });
  type Kept = Awaited<ReturnType<typeof activity>>;
  return new MockActivityEnvironment().run<Parameters<typeof activity>, Kept, typeof activity>(activity, { record });
};
const forget = (id: string) => new MockActivityEnvironment().run(forgetCluster({ vault }), { id });

const ended = (record: ClusterRecord, outcome: 'completed' | 'failed'): ClusterRecord => ({
  ...record,
  phase: outcome === 'completed' ? 'Ready' : 'CreateFailed',
  history: [
    {
      ...{ operation: 'createCluster', workflowId: 'w', requestedBy: 'r', outcome },
      ...{ startedAt: NOW, endedAt: NOW },
    },
  ],
});

describe('what is kept of a cluster', () => {
  it('comes back as it was, but for the requests', async () => {
    const record: ClusterRecord = {
      ...newRecord('atlas-aaaaaa', spec('atlas'), NOW),
      operations: 1,
      queue: [{ operation: 'deleteCluster', input: { name: 'atlas', abandon: false }, callers: [] }],
      answer: { requestIds: ['x'], outcome: 'failed' },
    };
    expect(await keep(record)).toEqual({});
    const kept = { ...record, queue: [] };
    delete kept.answer;
    expect(await readKept(vault, signal, record.id)).toEqual(kept);
  });

  it('is listed by its cluster’s name, and no other', async () => {
    for (const [id, name] of [
      ['boreas-aaaaaa', 'boreas'],
      ['boreas-bbbbbb', 'boreas'],
      // The name of this one is the id of that one.
      ['boreas-aaaaaa-cccccc', 'boreas-aaaaaa'],
    ] as const)
      await keep(newRecord(id, spec(name), NOW));
    expect((await keptIds(vault, signal, 'boreas')).sort()).toEqual(['boreas-aaaaaa', 'boreas-bbbbbb']);
    expect(await keptIds(vault, signal, 'boreas-aaaaaa')).toEqual(['boreas-aaaaaa-cccccc']);
    expect(await keptIds(vault, signal, 'bore')).toEqual([]);
    expect(await keptIds(vault, signal)).toEqual(expect.arrayContaining(['boreas-aaaaaa-cccccc']));
  });

  it('outlives the secrets, is no secret that is left, and goes last', async () => {
    const { id } = await (async () => {
      const record = newRecord('chronos-aaaaaa', spec('chronos'), NOW);
      await keep(record);
      return record;
    })();
    await vault.kv.write(vaultPaths(id).kubeconfig, { kubeconfig: 'x' });
    expect(await removeSecrets(vault, signal, id)).toEqual({ removed: 1 });
    expect(await remainingSecrets(vault, signal, id)).toEqual([]);
    expect(await readKept(vault, signal, id)).toMatchObject({ id });
    await forget(id);
    await forget(id);
    expect(await keptIds(vault, signal, 'chronos')).toEqual([]);
  });

  it('is not overwritten by a workflow that was reset to before it', async () => {
    const first: ClusterRecord = { ...newRecord('dione-aaaaaa', spec('dione'), NOW), operations: 1 };
    await keep(first);
    // Once more in the middle of the operation, and after it has failed: the same as today.
    expect(await keep(first)).toEqual({});
    expect(await keep(ended(first, 'failed'))).toEqual({});
    expect(await keep(first)).toEqual({});
    const ready = ended(first, 'completed');
    expect(await keep(ready)).toEqual({});
    expect(await keep(first)).toEqual({ ahead: ready });
    await keep({ ...ready, operations: 2, phase: 'Deleting' });
    expect((await keep(first)).ahead).toMatchObject({ operations: 2 });
  });
});

describe('an adopted record', () => {
  const record: ClusterRecord = { ...newRecord('eos-aaaaaa', spec('eos'), NOW), operations: 1 };

  it.each([
    ['Creating', 'CreateFailed'],
    ['Deleting', 'DeleteFailed'],
    ['Ready', 'Ready'],
    ['CreateFailed', 'CreateFailed'],
  ] as const)('of one that was %s is %s', (phase, adopted) => {
    expect(adopt({ ...record, phase }, NOW)).toEqual({ ...record, phase: adopted, adoptedAt: NOW });
  });
});
