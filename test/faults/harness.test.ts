import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { caseOf } from './cases.ts';
import { runMatrix } from './matrix.ts';
import { failures, summaryOf } from './report.ts';

/** A creation whose answer is lost, and a deletion that nothing disturbs but a lost answer that it survives. */
const CREATION =
  'createCluster: ensureServerGroups POST openstack /compute/v2.1/os-server-groups [{cluster}-control-plane] #1: 500-after';
const DELETION =
  'deleteCluster: deleteAllServers GET openstack /compute/v2.1/servers/detail?tags=slipway.cluster={cluster} #1: 503-before';

it('turns red and names the case when an activity creates without looking, or an undo is missing', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'slipway-faults-'));
  try {
    const result = await runMatrix({
      directory,
      lanes: 2,
      careless: ['ensureServerGroups', 'deleteFloatingIps'],
      select: () => [CREATION, DELETION].map(caseOf),
      signal: AbortSignal.timeout(170_000),
    });
    expect(summaryOf(result)).toMatchObject({ cases: 2, passed: 0, failed: 2 });
    const text = failures(result.results);
    expect(text).toContain(`--case '${CREATION}'`);
    expect(text).toMatch(/2 × serverGroups \{cluster\}-control-plane instead of 1/);
    expect(text).toContain(`--case '${DELETION}'`);
    expect(text).toMatch(/Slipway\.LeftBehind.*floating IP/);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}, 180_000);
