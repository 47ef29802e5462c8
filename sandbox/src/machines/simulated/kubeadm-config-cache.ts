import { isFields } from './kubernetes/object.ts';
import { fillPlaceholders, parseKubeadmConfig, type KubeadmConfig, type Placeholders } from './kubeadm-config.ts';

/** Stands for the placeholders while the YAML is parsed: no plain YAML scalar may begin with an "@". */
const standIns: Placeholders = {
  serverId: 'stand-in-server-id',
  serverName: 'stand-in-server-name',
  localAddress: 'stand-in-local-address',
};

function fill<T>(value: T, values: Placeholders): T;
function fill(value: unknown, values: Placeholders): unknown {
  if (typeof value === 'string') {
    if (!value.includes('stand-in-')) return value;
    return value
      .replaceAll(standIns.serverId, values.serverId)
      .replaceAll(standIns.serverName, values.serverName)
      .replaceAll(standIns.localAddress, values.localAddress);
  }
  if (Array.isArray(value)) return value.map((item: unknown) => fill(item, values));
  if (isFields(value))
    return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, fill(item, values)]));
  return value;
}

/** Parses kubeadm.yaml, and remembers: the machines of a group differ in their placeholders only. */
export class KubeadmConfigCache {
  readonly #parsed = new Map<string, KubeadmConfig>();
  readonly #capacity: number;

  constructor(capacity = 256) {
    this.#capacity = capacity;
  }

  /**
   * The configuration for one machine.
   * @throws Error as `parseKubeadmConfig`
   */
  parse(text: string, values: Placeholders): KubeadmConfig {
    let parsed = this.#parsed.get(text);
    if (parsed === undefined) {
      parsed = parseKubeadmConfig(fillPlaceholders(text, standIns));
      if (this.#parsed.size >= this.#capacity) {
        const [oldest] = this.#parsed.keys();
        if (oldest !== undefined) this.#parsed.delete(oldest);
      }
      this.#parsed.set(text, parsed);
    }
    return fill(parsed, values);
  }
}
