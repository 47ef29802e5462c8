import type { KubeConfig } from '@kubernetes/client-node';
import { latencyProfiles, type Latency } from '../../../src/latency.ts';
import { SimulatedDriver } from '../../../src/machines/simulated/driver.ts';
import { Watcher } from '../../../src/machines/watcher.ts';
import { ClusterKit, vip, type JoinOptions } from './cluster-kit.ts';
import { FakeCloud } from './fake-cloud.ts';
import { FakeVault } from './fake-vault.ts';
import { makeAuthority, type TestAuthority } from './pki.ts';

let addresses = 0;

/** A machine side on a fake cloud, with what a test of a cluster needs. */
export class Rig extends ClusterKit {
  readonly cloud = new FakeCloud();
  readonly driver: SimulatedDriver;
  readonly log: string[] = [];
  readonly #stop = new AbortController();
  #running: Promise<void> = Promise.resolve();

  private constructor(authority: TestAuthority, latency: Partial<Latency['machine']>) {
    // Addresses of their own, so that suites in other processes do not meet.
    addresses += 1;
    super(authority, new FakeVault(), `127.65.${process.pid % 250}.${addresses}`);
    this.driver = new SimulatedDriver({ ...latencyProfiles.instant.machine, ...latency });
  }

  static async start(latency: Partial<Latency['machine']> = {}): Promise<Rig> {
    const rig = new Rig(await makeAuthority(), latency);
    await rig.vault.listen();
    const watcher = new Watcher({
      view: rig.cloud,
      driver: rig.driver,
      log: (line) => rig.log.push(line),
      interval: { fastest: 10, slowest: 50 },
    });
    rig.#running = watcher.run(rig.#stop.signal);
    return rig;
  }

  async close(): Promise<void> {
    this.#stop.abort();
    await this.#running;
    await this.driver.close();
    await this.vault.close();
  }

  addWorker(id: string, address: string, options: JoinOptions = {}): void {
    this.cloud.addServer(id, address, this.workerUserData(options));
  }

  /** First control plane, load balancer, floating IP: until the API answers at the floating IP. */
  async startCluster(): Promise<KubeConfig> {
    this.cloud.addServer('cp-1', '10.0.1.1', this.wrappedUserData(this.initYaml()));
    this.cloud.setBalancer(vip, ['10.0.1.1']);
    this.cloud.addresses = [{ address: this.floatingIp, portId: 'port-vip', fixedAddress: vip }];
    await this.consoleOf('cp-1', /SLIPWAY-BOOT-(OK|FAILED)/u);
    return this.kubeConfig();
  }

  /** Waits until a machine's console shows something. */
  consoleOf(id: string, pattern: RegExp): Promise<string> {
    return eventually(`console of ${id}: ${String(pattern)}`, () => {
      const text = this.driver.console(id) ?? 'nothing';
      return pattern.test(text) ? Promise.resolve(text) : Promise.reject(new Error(`it shows ${text}`));
    });
  }
}

/** Asks again until there is an answer, for at most ten seconds. */
export async function eventually<T>(what: string, ask: () => Promise<T | undefined>): Promise<T> {
  const deadline = Date.now() + 10_000;
  let last = '';
  while (Date.now() < deadline) {
    try {
      const answer = await ask();
      if (answer !== undefined) return answer;
    } catch (error) {
      last = `: ${String(error)}`;
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error(`Not within ten seconds: ${what}${last}`);
}
