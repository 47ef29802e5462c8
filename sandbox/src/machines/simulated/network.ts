import type { VipForward } from '../driver.ts';
import type { ApiEndpoint } from './api-endpoint.ts';

const keyOf = (networkId: string, address: string, port: number) => `${networkId}|${address}:${port}`;
const targetOf = (address: string, port: number) => `${address}:${port}`;

/** The tenant networks as far as the simulated machines see them: who listens where, and what each VIP leads to. */
export class VirtualNetwork {
  readonly #endpoints = new Map<string, ApiEndpoint>();
  readonly #vips = new Map<string, VipForward>();
  readonly #vipsByTarget = new Map<string, Set<VipForward>>();
  readonly #waiting = new Map<string, Set<() => void>>();

  /** An API server begins to listen. */
  open(endpoint: ApiEndpoint): void {
    const { networkId, address, port } = endpoint;
    this.#endpoints.set(keyOf(networkId, address, port), endpoint);
    this.#notify(targetOf(address, port));
    for (const vip of this.#vips.values()) {
      if (vip.members.some((member) => member.address === address && member.port === port)) {
        this.#notify(targetOf(vip.address, vip.port));
      }
    }
  }

  /** An API server is gone. */
  close(endpoint: ApiEndpoint): void {
    const key = keyOf(endpoint.networkId, endpoint.address, endpoint.port);
    if (this.#endpoints.get(key) === endpoint) this.#endpoints.delete(key);
  }

  /** Replaces all VIPs. */
  setVips(forwards: readonly VipForward[]): void {
    const before = new Map(this.#vips);
    this.#vips.clear();
    this.#vipsByTarget.clear();
    for (const forward of forwards) {
      const target = targetOf(forward.address, forward.port);
      const key = keyOf(forward.networkId, forward.address, forward.port);
      this.#vips.set(key, forward);
      const same = this.#vipsByTarget.get(target) ?? new Set();
      this.#vipsByTarget.set(target, same.add(forward));
      if (JSON.stringify(before.get(key)) !== JSON.stringify(forward)) this.#notify(target);
    }
  }

  /** The API server that listens at exactly this place. */
  endpointAt(networkId: string, address: string, port: number): ApiEndpoint | undefined {
    return this.#endpoints.get(keyOf(networkId, address, port));
  }

  /**
   * The API server that a machine in a network reaches at an address: directly, or through a VIP of its network. A VIP
   * of another network is reached, as through a router, when no second one has the same address.
   */
  reach(networkId: string, address: string, port: number): ApiEndpoint | undefined {
    const direct = this.endpointAt(networkId, address, port);
    if (direct !== undefined) return direct;
    const routed = this.#vipsByTarget.get(targetOf(address, port)) ?? new Set();
    const vip = this.#vips.get(keyOf(networkId, address, port)) ?? (routed.size === 1 ? [...routed][0] : undefined);
    for (const member of vip?.members ?? []) {
      const found =
        this.endpointAt(networkId, member.address, member.port) ??
        this.endpointAt(vip?.networkId ?? networkId, member.address, member.port);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  /** Calls `listener` whenever something changes about what is reached at an address. Returns what ends it. */
  onChange(address: string, port: number, listener: () => void): () => void {
    const target = targetOf(address, port);
    const listeners = this.#waiting.get(target) ?? new Set();
    this.#waiting.set(target, listeners.add(listener));
    return () => {
      listeners.delete(listener);
      if (listeners.size === 0 && this.#waiting.get(target) === listeners) this.#waiting.delete(target);
    };
  }

  #notify(target: string): void {
    for (const listener of [...(this.#waiting.get(target) ?? [])]) listener();
  }
}
