import type { Socket } from 'node:net';
import type { Latency } from '../../latency.ts';
import type { Machine, MachineDriver, VipForward } from '../driver.ts';
import { UserDataCache } from '../user-data.ts';
import { ApiHttpServer } from './api-endpoint.ts';
import { KubeadmConfigCache } from './kubeadm-config-cache.ts';
import { SimulatedMachine, type SharedParts } from './machine.ts';
import { VirtualNetwork } from './network.ts';

/** Machines without machines: thousands of nodes in this process, with an in-memory Kubernetes API per cluster. */
export class SimulatedDriver implements MachineDriver {
  readonly #machines = new Map<string, SimulatedMachine>();
  readonly #parts: SharedParts;

  constructor(latency: Latency['machine']) {
    this.#parts = {
      latency,
      network: new VirtualNetwork(),
      http: new ApiHttpServer(),
      userData: new UserDataCache(),
      configs: new KubeadmConfigCache(),
    };
  }

  boot(machine: Machine): Promise<void> {
    if (!this.#machines.has(machine.id)) {
      const simulated = new SimulatedMachine(machine, this.#parts);
      this.#machines.set(machine.id, simulated);
      void simulated.run();
    }
    return Promise.resolve();
  }

  destroy(id: string): Promise<void> {
    this.#machines.get(id)?.destroy();
    this.#machines.delete(id);
    return Promise.resolve();
  }

  console(id: string): string | undefined {
    return this.#machines.get(id)?.console.text;
  }

  canAccept(networkId: string, address: string, port: number): Promise<boolean> {
    return Promise.resolve(this.#parts.network.endpointAt(networkId, address, port) !== undefined);
  }

  accept(client: Socket, networkId: string, address: string, port: number): void {
    const endpoint = this.#parts.network.endpointAt(networkId, address, port);
    if (endpoint === undefined) client.resetAndDestroy();
    else endpoint.accept(client);
  }

  setVips(forwards: readonly VipForward[]): Promise<void> {
    this.#parts.network.setVips(forwards);
    return Promise.resolve();
  }

  close(): Promise<void> {
    for (const machine of this.#machines.values()) machine.destroy();
    this.#machines.clear();
    return Promise.resolve();
  }
}
