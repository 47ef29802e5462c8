import { batchIndex } from '../../model/index.ts';
import { oldestFirst } from '../lib/ensure.ts';
import type { OwnResources } from '../cloud/own-resources.ts';
import { neutronAge } from '../cloud/session.ts';

export interface NodePortsInput {
  readonly id: string;
  readonly group: string;
  readonly networkId: string;
  readonly subnetId: string;
  readonly securityGroups: readonly string[];
  /** Names of the machines that are to be made; each port is named like its machine. */
  readonly wanted: readonly string[];
  /** Names of the group's machines that are there. */
  readonly existing: readonly string[];
}

/** Neutron reserves the quota for a whole request, and writes all of its ports, before it answers. */
const PORTS_PER_REQUEST = 250;

/**
 * A port on the cluster's subnet for each machine that is to be made, by the machine's name. Nova can be told a network
 * but no subnet of it, so a network of the user's own with several subnets needs them; then each machine is a request
 * of its own, because Nova puts one port on one machine only. A repeated request cannot make a second machine: Nova
 * refuses the port. Ports of machines that failed and were replaced go.
 */
export async function ensureNodePorts(
  { ports }: OwnResources,
  input: NodePortsInput,
): Promise<ReadonlyMap<string, string>> {
  const { id, group, networkId: network_id, wanted, existing } = input;
  const marked = await ports.list({ network_id });
  const ofGroup = marked.filter(({ name }) => !Number.isNaN(batchIndex(id, group, name)));
  const used = ofGroup.filter(({ device_id: device }) => device !== '');
  const free = ofGroup.filter(({ device_id: device }) => device === '');
  const kept = new Map<string, string>();
  for (const port of [...used, ...oldestFirst(free, neutronAge)]) {
    const { name } = port;
    if (!kept.has(name) && (wanted.includes(name) || existing.includes(name))) kept.set(name, port.id);
    else if (!port.device_id) await ports.remove(port);
  }
  const missing = wanted.filter((name) => !kept.has(name));
  for (let first = 0; first < missing.length; first += PORTS_PER_REQUEST) {
    const values = missing.slice(first, first + PORTS_PER_REQUEST).map((name) => ({
      network_id,
      name,
      fixed_ips: [{ subnet_id: input.subnetId }],
      security_groups: input.securityGroups,
    }));
    for (const port of await ports.createMany(values)) kept.set(port.name, port.id);
  }
  return kept;
}
