import type { VipForward } from '../driver.ts';
import type { ApiEndpoint } from './api-endpoint.ts';

const keyOf = (networkId: string, address: string, port: number) => `${networkId}|${address}:${port}`;

/**
 * The tenant networks as far as the simulated machines see them: who listens where, and what each VIP leads to. Two
 * networks never meet, so that tenants may use the same addresses.
 */
export class VirtualNetwork {
  readonly #endpoints = new Map<string, ApiEndpoint>();
  #vips = new Map<string, VipForward>();
  readonly #waiting = new Map<string, Set<() => void>>();

  /** An API server begins to listen. */
  open(endpoint: ApiEndpoint): void {
    const { networkId, address, port } = endpoint;
    const key = keyOf(networkId, address, port);
    this.#endpoints.set(key, endpoint);
    this.#notify(key);
    for (const [vipKey, vip] of this.#vips) {
      const leadsHere = vip.members.some((member) => keyOf(vip.networkId, member.address, member.port) === key);
      if (leadsHere) this.#notify(vipKey);
    }
  }

  /** An API server is gone. */
  close(endpoint: ApiEndpoint): void {
    const key = keyOf(endpoint.networkId, endpoint.address, endpoint.port);
    if (this.#endpoints.get(key) === endpoint) this.#endpoints.delete(key);
  }

  /** Replaces all VIPs. */
  setVips(forwards: readonly VipForward[]): void {
    const before = this.#vips;
    this.#vips = new Map(forwards.map((forward) => [keyOf(forward.networkId, forward.address, forward.port), forward]));
    for (const [key, forward] of this.#vips) {
      if (JSON.stringify(before.get(key)) !== JSON.stringify(forward)) this.#notify(key);
    }
  }

  /** The API server that listens at exactly this place. */
  endpointAt(networkId: string, address: string, port: number): ApiEndpoint | undefined {
    return this.#endpoints.get(keyOf(networkId, address, port));
  }

  /** The API server that a machine in a network reaches at an address: directly, or through a VIP of its network. */
  reach(networkId: string, address: string, port: number): ApiEndpoint | undefined {
    const direct = this.endpointAt(networkId, address, port);
    if (direct !== undefined) return direct;
    for (const member of this.#vips.get(keyOf(networkId, address, port))?.members ?? []) {
      const found = this.endpointAt(networkId, member.address, member.port);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  /** Calls `listener` whenever something changes about what is reached at an address. Returns what ends it. */
  onChange(networkId: string, address: string, port: number, listener: () => void): () => void {
    const key = keyOf(networkId, address, port);
    const listeners = this.#waiting.get(key) ?? new Set();
    this.#waiting.set(key, listeners.add(listener));
    return () => {
      listeners.delete(listener);
      if (listeners.size === 0 && this.#waiting.get(key) === listeners) this.#waiting.delete(key);
    };
  }

  #notify(key: string): void {
    for (const listener of [...(this.#waiting.get(key) ?? [])]) listener();
  }
}
