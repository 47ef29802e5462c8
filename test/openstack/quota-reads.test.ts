import { connect, type OpenStackClient } from 'openstack-client-ts';
import { afterAll, beforeAll, expect, it } from 'vitest';

const READS = 150;
const TIMEOUT_MS = 110_000;

let admin: OpenStackClient;
let projectId: string;

// A read that fails must show, so nothing is asked twice.
beforeAll(async () => {
  const signal = AbortSignal.timeout(TIMEOUT_MS);
  const cloudsFile = process.env['OPENSTACK_CLOUDS_FILE'] ?? 'clouds.yaml';
  admin = await connect({ cloud: 'sandbox-admin', cloudsFile, env: {}, retry: { retries: 0 }, signal });
  const { project } = await admin.authenticate({ signal });
  if (project === undefined) throw new Error('the credential of sandbox-admin is for no project');
  projectId = project.id;
});
afterAll(() => admin.close());

// Octavia's quota API opens no transaction, and keeps a connection to the database for each read until Python's
// collector comes by (octavia/api/v2/controllers/quotas.py): with a bound, some 67 reads use them all up.
it(`Octavia answers ${READS} reads of a project's quota in a row`, async () => {
  const signal = AbortSignal.timeout(TIMEOUT_MS);
  const failures: string[] = [];
  for (let read = 1; read <= READS; read += 1) {
    await admin.loadBalancer.quotas(projectId, { signal }).catch((error: unknown) => {
      failures.push(`read ${read}: ${error instanceof Error ? error.message : String(error)}`);
    });
  }
  expect(failures).toEqual([]);
});
