import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DoctorCheck } from '../../model/index.ts';
import { startTestStack, type TestStack } from '../support/stack.ts';
import { SCENARIOS, type Taken } from './scenarios.ts';
import { Tenant } from './tenant.ts';

const CLOUD = 'tenant';
const TIMEOUT_MS = 60_000;

/**
 * Takes everything that Slipway needs from a tenant of a cloud, one thing after the other, and asks the doctor each time.
 *
 * @param real clouds.yaml of real services, with the entry `sandbox-admin`; the stack's own emulator when absent
 */
export function doctorSuite(real?: string): void {
  let stack: TestStack;
  let tenant: Tenant;
  const limit = () => AbortSignal.timeout(TIMEOUT_MS);

  beforeAll(async () => {
    stack = await startTestStack({ workers: 1, machines: 'none' });
    tenant = await Tenant.create(real ?? stack.stack.endpoints.cloudsFile, limit());
  });
  afterAll(async () => {
    await tenant.close();
    await stack.stop();
  });

  async function look({ auth, change }: Taken = {}): Promise<readonly DoctorCheck[]> {
    const signal = limit();
    await stack.stack.writeSecret(`clouds/${CLOUD}`, tenant.entry(auth), signal);
    const spec = { ...tenant.spec(CLOUD), ...change };
    return (await stack.slipway.checkCloud(CLOUD, { spec, signal })).checks;
  }
  const failed = (checks: readonly DoctorCheck[]) => checks.filter(({ ok }) => !ok);

  describe('the doctor', () => {
    it('finds nothing wrong where nothing is missing, and says what the cluster takes of the quota', async () => {
      const checks = await look();
      expect(failed(checks)).toEqual([]);
      expect(checks.find(({ id }) => id === 'cloud.cluster')?.detail).toMatch(
        /^needs 3 of 10 instances, 6 of 20 cores, 6144 of 51200 ram \(MiB\), .*1 of \d+ network.*, 3 of 10 volumes, 30 of 1000 gigabytes$/,
      );
    });

    it('is content with an application credential, which has the roles of its user', async () => {
      const { auth, remove } = await tenant.applicationCredential(limit());
      expect(failed(await look({ auth }))).toEqual([]);
      await remove();
    });

    it.each(SCENARIOS.filter(({ realOnly = false }) => !realOnly || real !== undefined))(
      'names $name when it is missing, in the service’s words, and what to do',
      async ({ take, check, says }) => {
        const taken = await take(tenant, limit());
        try {
          const found = (await look(taken)).find(({ id }) => id === check);
          expect(found).toMatchObject({ id: check, ok: false, detail: expect.stringMatching(says) as unknown });
          expect(found?.fix?.length).toBeGreaterThan(10);
        } finally {
          await taken.back?.();
        }
      },
      2 * TIMEOUT_MS,
    );

    it('finds nothing wrong again at the end', async () => {
      expect(failed(await look())).toEqual([]);
    });
  });
}
