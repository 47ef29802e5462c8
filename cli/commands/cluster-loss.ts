import { clusterNameOf, planCluster, type PlannedResource } from '../../model/index.ts';
import type { ClustersApi } from '../../client/clusters.ts';
import type { ClusterSnapshot } from '../../client/cluster-snapshot.ts';
import type { Loss } from '../destructive.ts';

/**
 * What a cluster's deletion takes away: everything that its specification let Slipway make, named as it is in the cloud
 * and in Vault.
 */
export function clusterLoss({ description }: Pick<ClusterSnapshot, 'description'>): Loss {
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

/**
 * The same of a cluster that is named by its id: what its workflow tells, else what is found of it in the clouds and in
 * Vault.
 */
export async function lossById(
  clusters: ClustersApi,
  id: string,
  cloud: string | undefined,
  signal: AbortSignal,
): Promise<Loss> {
  const named = await clusters.get(clusterNameOf(id), { signal });
  if (named?.id === id) return { ...clusterLoss({ description: named }), what: `deletes cluster ${id}`, answer: id };
  const { orphans } = await clusters.findOrphans({ clouds: cloud === undefined ? undefined : [cloud], signal });
  const found = orphans.filter((orphan) => orphan.id === id);
  const details = found.map(({ cloud: place, resources, kept }) => {
    const kinds = Object.entries(resources).map(([type, count]) => `${count} ${type}`);
    return [
      `On cloud ${place}`,
      [...kinds, ...(kept ? ['its specification and secrets in Vault'] : [])].join(', '),
    ] as const;
  });
  return {
    what: `deletes cluster ${id}, which has no workflow`,
    details: details.length === 0 ? [['Found', 'nothing of it']] : details,
    answer: id,
  };
}

const named = (type: string, id: string | undefined): string[] => (id === undefined ? [] : [`your ${type} ${id}`]);
