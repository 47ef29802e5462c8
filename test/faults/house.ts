import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { startProcessGuard } from '../../local/process-guard.ts';
import { type BackgroundProcess, startProcess } from '../../local/process.ts';
import { childEnvironment } from '../../local/config.ts';
import { nodeArguments } from '../../local/repository.ts';
import type { CloudKind } from '../../local/sandbox-processes.ts';
import { type LocalStack, startStack } from '../../local/stack.ts';
import { stackEnvironment } from '../../local/state.ts';
import { findTool } from '../../local/tools.ts';
import { connectTemporal, type TemporalAccess } from '../../temporal/index.ts';
import { VaultClient } from '../../vault/index.ts';
import { connect, type OpenStackClient } from 'openstack-client-ts';
import type { BreakableKind } from './cloud-effects.ts';
import { startOneOrigin } from './one-origin.ts';
import { type Pace, paces } from './pace.ts';
import { Traffic } from './traffic.ts';
import { greeter, writeChart } from '../support/charts.ts';
import { PROXY_NAME, startVaultProxy } from './vault-proxy.ts';

/** Folder of the charts that workers install. */
const CHARTS = 'charts';

/** A group of workers on a task queue of their own. */
export interface Pool {
  readonly queue: string;
  /** Settings of its workers. */
  readonly environment: Readonly<Record<string, string>>;
  readonly workers: Set<BackgroundProcess>;
  /** What happens to a worker whose call a fault met. */
  readonly disturb?: (pid: number) => Promise<void>;
}

/**
 * The stack on which the matrix runs: one Temporal, Vault, cloud and machines; proxies before all of them; workers in
 * pools.
 */
export class House {
  readonly cloud: CloudKind;
  readonly pace: Pace;
  readonly stack: LocalStack;
  readonly temporal: TemporalAccess;
  /** The address below which the cloud's services are, without a proxy: `/identity`, `/compute`, … */
  readonly cloudUrl: string;
  /** Vault without a proxy, with the worker's token. */
  readonly vault: VaultClient;
  /** The cloud without a proxy, as its administrator. */
  readonly admin: OpenStackClient;
  /** The cloud without a proxy, as its ordinary user. */
  readonly demo: OpenStackClient;
  /** Aborted when the matrix ends, however it does: nothing waits for Temporal any more. */
  readonly signal: AbortSignal;
  readonly #directory: string;
  readonly #closing: (() => unknown)[];
  readonly #vaultProxy: string;
  readonly #helm: string;
  readonly #tls: { cert: string; key: string };
  readonly #traffic: Map<string, Traffic>;
  readonly #guard;
  #workers = 0;

  private constructor(parts: {
    cloud: CloudKind;
    stack: LocalStack;
    cloudUrl: string;
    temporal: TemporalAccess;
    vault: VaultClient;
    admin: OpenStackClient;
    demo: OpenStackClient;
    closing: (() => unknown)[];
    signal: AbortSignal;
    directory: string;
    vaultProxy: string;
    helm: string;
    tls: { cert: string; key: string };
    traffic: Map<string, Traffic>;
    guard: ReturnType<typeof startProcessGuard>;
  }) {
    this.cloud = parts.cloud;
    this.pace = paces[parts.cloud];
    this.stack = parts.stack;
    this.cloudUrl = parts.cloudUrl;
    this.temporal = parts.temporal;
    this.vault = parts.vault;
    this.admin = parts.admin;
    this.demo = parts.demo;
    this.#closing = parts.closing;
    this.signal = parts.signal;
    this.#directory = parts.directory;
    this.#vaultProxy = parts.vaultProxy;
    this.#helm = parts.helm;
    this.#tls = parts.tls;
    this.#traffic = parts.traffic;
    this.#guard = parts.guard;
  }

  /** Starts it below a folder; `closing` collects what has to be undone, also when this fails. */
  static async start(
    { directory, cloud }: { readonly directory: string; readonly cloud: CloudKind },
    closing: (() => unknown)[],
    signal: AbortSignal,
  ): Promise<House> {
    const guard = startProcessGuard();
    closing.push(() => guard.close());
    const stack = await startStack(
      { directory, cloud, persistent: false, machines: 'simulated', latency: 'instant', workers: 0, guard },
      signal,
    );
    closing.push(() => stack.stop());
    const vault = new VaultClient({
      address: stack.endpoints.vaultAddress,
      token: async () => (await readFile(stack.endpoints.workerTokenFile, 'utf8')).trim(),
    });
    closing.push(() => vault.close());
    const temporal = await connectTemporal(stackEnvironment(stack.endpoints));
    closing.push(() => temporal.connection.close());
    const { cloudsFile } = stack.endpoints;
    const admin = await connect({ cloud: 'sandbox-admin', cloudsFile, env: {} });
    closing.push(() => admin.close());
    const demo = await connect({ cloud: 'sandbox', cloudsFile, env: {} });
    closing.push(() => demo.close());
    const origin = cloud === 'emulator' ? undefined : await startOneOrigin(stack.endpoints.cloudUrl);
    closing.push(() => origin?.close());
    const tls = await serverCertificate(vault);
    const traffic = new Map<string, Traffic>();
    const proxy = await startVaultProxy(
      () => stack.endpoints.vaultAddress,
      () => tls.ca,
      (workflowId) => traffic.get(clusterOf(workflowId)),
    );
    closing.push(() => proxy.close());
    const helm = await findTool('helm', { signal });
    await writeChart(join(directory, CHARTS), greeter('1.0.0'));
    return new House({
      cloud,
      stack,
      cloudUrl: origin?.address ?? stack.endpoints.cloudUrl,
      temporal,
      vault,
      admin,
      demo,
      closing,
      signal,
      directory,
      vaultProxy: proxy.address,
      helm: helm.path,
      tls,
      traffic,
      guard,
    });
  }

  /** Starts one more worker of a pool. */
  async addWorker(
    pool: Pool,
    more: Readonly<Record<string, string>> = {},
    careless: readonly string[] = [],
  ): Promise<BackgroundProcess> {
    this.#workers += 1;
    const { endpoints } = this.stack;
    const worker = await startProcess(
      {
        title: `worker ${this.#workers} of ${pool.queue}`,
        command: process.execPath,
        args: nodeArguments('test/faults/worker.ts', ...careless),
        env: childEnvironment({
          ...stackEnvironment(endpoints),
          SLIPWAY_VAULT_TOKEN_FILE: endpoints.workerTokenFile,
          VAULT_ADDR: this.#vaultProxy,
          SLIPWAY_TASK_QUEUE: pool.queue,
          SLIPWAY_DEPLOYMENT_NAME: pool.queue,
          SLIPWAY_SHUTDOWN_GRACE: '2',
          SLIPWAY_LOG_LEVEL: 'warn',
          SLIPWAY_HELM: this.#helm,
          SLIPWAY_CHART_FOLDER: join(this.#directory, CHARTS),
          SLIPWAY_CHART_SOURCE: 'folder',
          ...pool.environment,
          ...more,
        }),
        logFile: join(this.#directory, 'logs', `worker-${this.#workers}.log`),
        ready: 'line',
        deadline: 120_000,
        guard: this.#guard,
      },
      AbortSignal.timeout(130_000),
    );
    pool.workers.add(worker);
    return worker;
  }

  /** Replaces a pool's workers by one that does these activities carelessly. */
  async exchangeWorkers(pool: Pool, careless: readonly string[]): Promise<void> {
    await Promise.all([...pool.workers].map((worker) => worker.stop()));
    pool.workers.clear();
    await this.addWorker(pool, {}, careless);
  }

  /** Opens a cluster's way to the cloud, and tells Vault of it. The credential is that of the lane's project. */
  async openCloud(cluster: string, project: string): Promise<Traffic> {
    const traffic = new Traffic(cluster);
    await traffic.open(this.cloudUrl, this.#tls);
    this.#traffic.set(cluster, traffic);
    await this.writeCloud(cluster, project, traffic.openstackAddress, { api_timeout: this.pace.apiTimeoutSeconds });
    return traffic;
  }

  async closeCloud(traffic: Traffic): Promise<void> {
    this.#traffic.delete(traffic.cluster);
    await traffic.close();
  }

  /** Writes a cloud entry for a project at an address of Keystone's host. */
  async writeCloud(name: string, project: string, address: string, more: object = {}): Promise<void> {
    const { auth, ...rest } = await this.#cloudEntry();
    const cloud = { ...rest, ...more, auth: { ...auth, auth_url: `${address}/identity/v3`, project_name: project } };
    const settings = { vaultAddressForMachines: this.stack.endpoints.vaultAddress };
    await this.stack.writeSecret(`clouds/${name}`, { cloud, settings }, AbortSignal.timeout(20_000));
  }

  /** A client of the ordinary user in a project; closed with the house. */
  async connectTo(project: string): Promise<OpenStackClient> {
    const client = await connect({ auth: { ...(await this.credential()), project_name: project } });
    this.#closing.push(() => client.close());
    return client;
  }

  /** Puts a server or load balancer of the emulator into ERROR: no OpenStack API does that to a load balancer. */
  async breakDown(kind: BreakableKind, id: string, message: string): Promise<void> {
    await this.sandbox('POST', 'failures', { kind, id, message });
  }

  /** Asks the emulator's own API. */
  async sandbox(method: 'GET' | 'POST' | 'PUT', path: string, body?: object): Promise<unknown> {
    const url = `${this.stack.endpoints.cloudUrl}/_sandbox/${path}`;
    const response = await fetch(url, {
      method,
      headers: { 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(30_000),
    });
    if (!response.ok) throw new Error(`${url} answers ${response.status}: ${(await response.text()).slice(0, 200)}`);
    return await response.json();
  }

  /** The ordinary user's credential. */
  async credential(): Promise<z.output<typeof credentialSchema>> {
    return credentialSchema.parse((await this.#cloudEntry()).auth);
  }

  async #cloudEntry(): Promise<z.output<typeof entrySchema>> {
    const text = await readFile(this.stack.endpoints.cloudsFile, 'utf8');
    return z.looseObject({ clouds: z.looseObject({ sandbox: entrySchema }) }).parse(parse(text)).clouds.sandbox;
  }
}

const credentialSchema = z.object({
  auth_url: z.string(),
  username: z.string(),
  password: z.string(),
  user_domain_name: z.string(),
  project_domain_name: z.string(),
});
const entrySchema = z.looseObject({ auth: z.looseObject({ auth_url: z.string() }) });

/**
 * The cluster that a workflow belongs to: `cluster/<name>`, its operations, and requests for it, `<anything>/<name>/…`.
 */
const clusterOf = (workflowId: string): string => workflowId.split('/')[1] ?? '';

/** A certificate for the proxies before the clusters' APIs, from an authority of their own in Vault. */
async function serverCertificate(vault: VaultClient): Promise<{ cert: string; key: string; ca: string }> {
  const mount = 'slipway-fault-proxies';
  const seconds = 30 * 24 * 3600;
  await vault.pki.enable(mount, seconds, 'Authority of the fault proxies');
  await vault.pki.generateRoot(mount, 'internal', 'fault-proxies', seconds);
  await vault.pki.writeRole(mount, 'server', { server: true, client: false, maxTtlSeconds: seconds });
  const wanted = {
    commonName: PROXY_NAME,
    dnsNames: [PROXY_NAME],
    ipAddresses: ['127.0.0.1'],
    ttlSeconds: seconds / 2,
  };
  const { certificate, privateKey, issuingCa } = await vault.pki.issue(mount, 'server', wanted);
  return { cert: certificate, key: privateKey, ca: issuingCa };
}
