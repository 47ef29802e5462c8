import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from 'openstack-client-ts';
import { type Cloud, clientOf } from '../../activities/cloud/clouds.ts';
import { cloudEntrySchema } from '../../model/index.ts';
import { startCloud } from '../../sandbox/src/cloud/main.ts';

/** The emulator in this process, seen as activities see a cloud: for tests that need no Temporal and no Vault. */
export interface EmulatedCloud {
  readonly cloud: Cloud;
  readonly cloudsFile: string;
  /** Has the load balancer with this id fail now. */
  readonly failLoadBalancer: (id: string) => Promise<void>;
  readonly close: () => Promise<void>;
}

/** Starts one; the project is `demo`. */
export async function startEmulatedCloud(): Promise<EmulatedCloud> {
  const data = await mkdtemp(join(tmpdir(), 'slipway-cloud-'));
  const emulator = await startCloud({ listen: '127.0.0.1:0', data, latency: 'instant' });
  const cloudsFile = emulator.cloudsFile ?? '';
  const client = await connect({ cloud: 'sandbox', cloudsFile, env: {} });
  const { settings } = cloudEntrySchema.parse({ cloud: { auth: { auth_url: 'http://127.0.0.1' } } });
  return {
    cloud: {
      ...{ name: 'sandbox', client, settings, timeoutMs: 60_000, refused: { count: 0, last: undefined } },
      access: { authUrl: `${emulator.url}/identity/v3`, region: undefined, ca: undefined, verify: true },
      withCredential: (...credential) => clientOf({ auth: { auth_url: `${emulator.url}/identity/v3` } }, credential),
    },
    cloudsFile,
    failLoadBalancer: async (id) => {
      const answer = await fetch(`${emulator.url}/_sandbox/failures`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ kind: 'loadbalancer', id }),
        signal: AbortSignal.timeout(10_000),
      });
      if (!answer.ok) throw new Error(`the emulator says ${answer.status}: ${await answer.text()}`);
    },
    close: async () => {
      await client.close();
      await emulator.close();
      await rm(data, { recursive: true, force: true });
    },
  };
}
