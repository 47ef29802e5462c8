import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkCloud } from '../../activities/cloud/check-cloud.ts';
import { checkCluster } from '../../activities/cloud/check-cluster.ts';
import { Clouds } from '../../activities/cloud/clouds.ts';
import { clusterSpecSchema, type DoctorCheck, PRE_FLIGHT_ROWS } from '../../model/index.ts';
import { inActivity } from '../support/in-activity.ts';
import { startTestStack, type TestStack } from '../support/stack.ts';
import { FITTING } from './fitting.ts';
import type { Taken } from './scenario.ts';
import { ACCESS_SCENARIOS, ROW_SCENARIOS } from './scenarios.ts';
import { Tenant } from './tenant.ts';

const CLOUD = 'tenant';
const TIMEOUT_MS = 60_000;
/** How often a question is asked that the cloud was too busy to answer. */
const ATTEMPTS = 3;

/**
 * Asks as a worker does, which tries an activity again when a service is out of order. Octavia is for a while when its
 * quotas are read often: each read keeps a connection to the database until Python's collector comes by
 * (octavia/api/v2/controllers/quotas.py), and the pool runs dry ("QueuePool limit", HTTP 500).
 */
async function answered<T>(ask: () => Promise<T>, words: (answer: T) => string): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    const answer = await ask();
    if (attempt === ATTEMPTS || !/QueuePool limit/.test(words(answer))) return answer;
  }
}

/**
 * Takes everything that Slipway needs from a tenant of a cloud, one thing after the other, and asks the doctor each
 * time.
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

  async function look({ auth, settings, change }: Taken = {}): Promise<readonly DoctorCheck[]> {
    await stack.stack.writeSecret(`clouds/${CLOUD}`, tenant.entry(auth, settings), limit());
    const spec = { ...tenant.spec(CLOUD), ...change };
    const { checks } = await answered(() => stack.slipway.checkCloud(CLOUD, { spec, signal: limit() }), JSON.stringify);
    return checks;
  }
  const failed = (checks: readonly DoctorCheck[]) => checks.filter(({ ok }) => !ok);

  const theCheck = (checks: readonly DoctorCheck[], check: string) => checks.find(({ id }) => id === check);
  const failure = (id: string, says: RegExp) => ({
    id,
    ok: false,
    detail: expect.stringMatching(says) as unknown,
    fix: expect.stringMatching(/.{10}/) as unknown,
  });

  describe('the pre-flight', () => {
    it('has a scenario for every row of its table', () => {
      const tried = new Set<string>(ROW_SCENARIOS.map(({ row }) => row));
      expect(Object.keys(PRE_FLIGHT_ROWS).filter((row) => !tried.has(row))).toEqual([]);
    });

    // A client of its own: what a token or a catalogue said before must not hide what is missing now.
    async function refusal({
      auth,
      settings,
      change,
    }: Taken): Promise<{ creation: string; doctor: DoctorCheck | undefined }> {
      await stack.stack.writeSecret(`clouds/${CLOUD}`, tenant.entry(auth, settings), limit());
      const requests: string[] = [];
      const clouds = new Clouds(stack.vault, ({ method, service }) => {
        if (method !== 'GET') requests.push(`${method} ${service}`);
      });
      const spec = clusterSpecSchema.parse({ ...tenant.spec(CLOUD), ...change });
      const create = () =>
        inActivity(() => checkCluster({ clouds })({ id: 'doctor-aaaaaa', spec })).then(
          () => 'nothing was refused',
          (error: unknown) => (error instanceof Error ? error.message : String(error)),
        );
      const creation = await answered(create, String);
      expect(requests.filter((request) => !request.endsWith('identity'))).toEqual([]);
      const examine = () => inActivity(() => checkCloud({ clouds, vault: stack.vault })({ cloud: CLOUD, spec }));
      const { checks } = await answered(examine, JSON.stringify);
      return { creation, doctor: theCheck(checks, 'cloud.cluster') };
    }

    it.each(FITTING)(
      'does not refuse $name',
      async ({ take }) => {
        const taken = await take(tenant, limit());
        try {
          expect((await refusal(taken)).creation).toBe('nothing was refused');
        } finally {
          await taken.back?.();
        }
      },
      2 * TIMEOUT_MS,
    );

    it.each(ROW_SCENARIOS)(
      '$row: without $name a creation is refused before anything is made, and the doctor says the same',
      async ({ take, check, says }) => {
        const taken = await take(tenant, limit());
        try {
          const { creation, doctor } = await refusal(taken);
          expect(creation).toMatch(says);
          expect(doctor).toMatchObject(failure(check, says));
          expect(creation).toContain(doctor?.detail);
        } finally {
          await taken.back?.();
        }
      },
      2 * TIMEOUT_MS,
    );
  });

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

    it.each(ACCESS_SCENARIOS)(
      'names $name when it is missing, in the service’s words, and what to do',
      async ({ take, check, says }) => {
        const taken = await take(tenant, limit());
        try {
          expect(theCheck(await look(taken), check)).toMatchObject(failure(check, says));
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
