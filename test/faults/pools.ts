import type { PoolName } from './faults.ts';
import type { House, Pool } from './house.ts';
import { Wave } from './wave.ts';

/** A hanging answer of Vault must not hang for the usual ten seconds. */
const VAULT_TIMEOUT_SECONDS = 2;

/** Opens a pool with its first worker. What happens to its workers meets calls in waves of at most `lanes`. */
export async function openPool(house: House, name: PoolName, lanes: number, closing: (() => unknown)[]): Promise<Pool> {
  const steps = name === 'permanent' ? { SLIPWAY_STEP_TIMEOUT: `${house.pace.stepTimeoutSeconds}` } : {};
  const environment = { VAULT_CLIENT_TIMEOUT: `${VAULT_TIMEOUT_SECONDS}`, ...steps, ...SETTINGS[name] };
  const pool: Pool = { queue: `faults-${name}`, environment, workers: new Set() };
  closing.push(() => Promise.all([...pool.workers].map((worker) => worker.stop())));
  await house.addWorker(pool);
  const disturb = DISTURBANCES[name];
  if (disturb === undefined) return pool;
  let builds = 1;
  const wave = new Wave(lanes, (pids) => disturb(house, pool, pids, `build-${(builds += 1)}`));
  return { ...pool, disturb: (pid) => wave.join(pid) };
}

const SETTINGS: Readonly<Partial<Record<PoolName, Readonly<Record<string, string>>>>> = {
  replaced: { SLIPWAY_BUILD_ID: 'build-1' },
  'new-build': { SLIPWAY_VERSIONING: 'on', SLIPWAY_DEPLOYMENT_PROMOTE: 'on', SLIPWAY_BUILD_ID: 'build-1' },
};

type Disturbance = (house: House, pool: Pool, pids: ReadonlySet<number>, build: string) => Promise<void>;

const DISTURBANCES: Readonly<Partial<Record<PoolName, Disturbance>>> = {
  killed: async (house, pool, pids) => {
    const dying = workersOf(pool, pids);
    await Promise.all(dying.map((worker) => worker.kill()));
    for (const worker of dying) pool.workers.delete(worker);
    await house.addWorker(pool);
  },
  replaced: async (house, pool, pids, build) => {
    await house.addWorker(pool, { SLIPWAY_BUILD_ID: build });
    for (const worker of workersOf(pool, pids)) {
      // It gets its time to end; the calls are answered meanwhile.
      void worker.stop().then(() => pool.workers.delete(worker));
    }
  },
  // The old worker stays: operations are pinned to the build that began them (docs/decisions/0010).
  'new-build': async (house, pool, _, build) => {
    await house.addWorker(pool, { SLIPWAY_BUILD_ID: build });
  },
};

const workersOf = (pool: Pool, pids: ReadonlySet<number>) =>
  [...pool.workers].filter(({ identity }) => pids.has(identity.pid));
