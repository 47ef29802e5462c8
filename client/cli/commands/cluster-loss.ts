import { planCluster, type PlannedResource } from '../../../model/index.ts';
import type { ClusterSnapshot } from '../../cluster-snapshot.ts';
import type { Loss } from '../destructive.ts';

/** What a cluster's deletion takes away: everything that its specification let Slipway make, named as it is in the cloud and in Vault. */
export function clusterLoss({ description }: ClusterSnapshot): Loss {
  const { name, id, cloud, phase, spec, running, queued } = description;
  const { controlPlane, nodeGroups, network, api } = spec;
  const planned = planCluster(spec, id);
  const list = (services: readonly PlannedResource['service'][], types?: readonly string[]) =>
    planned
      .filter(({ service, type }) => services.includes(service) && types?.includes(type) !== false)
      .map(({ type, name: resource, count }) => `${count > 1 ? `${count} ` : ''}${type} ${resource}`);
  const machines = [
    `${controlPlane.count} control planes (${controlPlane.flavor})`,
    ...nodeGroups.map((group) => `${group.count} ${group.name} (${group.flavor})`),
  ];
  const details: [string, string[]][] = [
    ['Cluster', [`${id} on cloud ${cloud}, ${phase}`]],
    ['Stopped', [...(running === undefined ? [] : [running]), ...queued].map(({ operation }) => operation)],
    ['Machines', [machines.join(', ') + ', with everything on them']],
    ['Volumes', list(['block-storage'])],
    ['API', [...list(['load-balancer']), ...list(['network'], ['floating IP'])]],
    ['Network', list(['network'], ['network', 'subnet', 'router', 'security group'])],
    ['Vault', ['the kubeconfig, the keys and the certificate authorities of the cluster']],
    [
      'Stays',
      [
        ...named('network', network.networkId),
        ...named('router', network.routerId),
        ...named('floating IP', api.floatingIp),
      ],
    ],
  ];
  return {
    what: `deletes cluster ${name}`,
    details: details.flatMap(([title, items]) => (items.length === 0 ? [] : [[title, items.join(', ')] as const])),
    answer: name,
  };
}

const named = (type: string, id: string | undefined): string[] => (id === undefined ? [] : [`your ${type} ${id}`]);
