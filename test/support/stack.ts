import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, type OpenStackClient } from 'openstack-client-ts';
import { SlipwayClient } from '../../client/index.ts';
import { startProcessGuard } from '../../local/process-guard.ts';
import { SandboxAdmin } from '../../local/sandbox-admin.ts';
import { type LocalStack, startStack, type StackOptions } from '../../local/stack.ts';
import { stackEnvironment } from '../../local/state.ts';
import { connectTemporal, type TemporalAccess } from '../../temporal/index.ts';
import { VaultClient } from '../../vault/index.ts';

/** Temporal, Vault, the sandbox cloud, its machines and a worker, all of them real processes, for one test file. */
export interface TestStack {
  readonly stack: LocalStack;
  readonly slipway: SlipwayClient;
  readonly temporal: TemporalAccess;
  readonly sandbox: SandboxAdmin;
  /** The project `demo`, as its user sees it: what Slipway works in. */
  readonly openstack: OpenStackClient;
  /** Vault with the worker's token. */
  readonly vault: VaultClient;
  /** Environment of a process that is to use this stack. */
  readonly environment: Readonly<Record<string, string>>;
  /** Everything that the processes logged. */
  readonly logs: () => Promise<string>;
  readonly stop: () => Promise<void>;
}

export interface TestStackOptions extends Pick<StackOptions, 'workers'> {
  readonly machines?: 'simulated' | 'none';
  readonly latency?: string;
  readonly codec?: boolean;
  /** Beside what the stack gives its workers. */
  readonly workerEnvironment?: Readonly<Record<string, string>>;
}

/** Starts one, without quotas. It is gone, with all its files, after `stop`, and when the test process ends. */
export async function startTestStack(options: TestStackOptions): Promise<TestStack> {
  const signal = AbortSignal.timeout(110_000);
  const directory = await mkdtemp(join(tmpdir(), 'slipway-test-'));
  const guard = startProcessGuard();
  const codec = { SLIPWAY_PAYLOAD_CODEC: options.codec === true ? 'on' : 'off' };
  const closing: (() => unknown)[] = [() => rm(directory, { recursive: true, force: true }), () => guard.close()];
  const stop = async () => {
    for (const close of closing.splice(0).reverse()) await close();
  };
  try {
    const { machines = 'simulated', latency = 'instant', workers } = options;
    const workerEnvironment = { ...codec, ...options.workerEnvironment };
    const settings = { directory, persistent: false, machines, latency, workers, guard, workerEnvironment };
    const stack = await startStack(settings, signal);
    closing.push(() => stack.stop());
    const environment = { ...stackEnvironment(stack.endpoints), ...codec };
    const slipway = await SlipwayClient.connect(environment);
    closing.push(() => slipway.close());
    const vault = new VaultClient({
      address: stack.endpoints.vaultAddress,
      token: async () => (await readFile(stack.endpoints.workerTokenFile, 'utf8')).trim(),
    });
    closing.push(() => vault.close());
    const temporal = await connectTemporal(environment);
    closing.push(() => temporal.connection.close());
    const sandbox = new SandboxAdmin(stack.endpoints.cloudUrl);
    await sandbox.liftQuotas(signal);
    const openstack = await connect({ cloud: 'sandbox', cloudsFile: stack.endpoints.cloudsFile, env: {} });
    closing.push(() => openstack.close());
    const logs = async () => {
      const folder = join(directory, 'logs');
      const texts = (await readdir(folder)).map((file) => readFile(join(folder, file), 'utf8'));
      return (await Promise.all(texts)).join('\n');
    };
    return { stack, slipway, temporal, sandbox, openstack, vault, environment, logs, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
