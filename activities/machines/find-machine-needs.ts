import { ApplicationFailure } from '@temporalio/activity';
import { clusterNames, type ClusterSpec, FailureType } from '../../model/index.ts';
import type { VaultClient } from '../../vault/index.ts';
import { findCaCertHash } from '../secrets/authorities.ts';
import type { Clouds } from '../cloud/clouds.ts';
import { ownResources } from '../cloud/own-resources.ts';

/** What is there of a living cluster and a new machine needs. */
export interface MachineNeeds {
  readonly networkId: string;
  readonly subnetId: string;
  /** Security group of the nodes. */
  readonly securityGroupId: string;
  /** Address of the API's load balancer on the cluster's network. */
  readonly vip: string;
  /** `sha256:<hex>` of the cluster's authority. */
  readonly caCertHash: string;
}

/**
 * Finds what new machines of a living cluster need, by the cluster's mark. Changes nothing: what a living cluster has
 * lost is not made anew in passing.
 *
 * @throws ApplicationFailure `OpenStack.NotFound`, `Vault.NotFound` with what is missing
 */
export const findMachineNeeds =
  ({ clouds, vault }: { clouds: Clouds; vault: VaultClient }) =>
  async ({ id, spec }: { id: string; spec: ClusterSpec }): Promise<MachineNeeds> => {
    const own = ownResources(await clouds.get(spec.cloud), id);
    const names = clusterNames(id);
    const ownNetwork = spec.network.networkId !== undefined;
    const [networks, subnets, groups, balancers, caCertHash] = await Promise.all([
      ownNetwork ? [] : own.networks.list({ name: names.network }),
      ownNetwork ? [] : own.subnets.list({ name: names.subnet }),
      own.securityGroups.list({ name: names.nodeSecurityGroup }),
      own.loadBalancers.list(),
      findCaCertHash(vault, id),
    ]);
    const networkId = spec.network.networkId ?? networks[0]?.id;
    const subnetId = spec.network.subnetId ?? subnets[0]?.id;
    const securityGroupId = groups[0]?.id;
    const vip = balancers[0]?.vip_address;
    if (networkId === undefined) throw missing(`network ${names.network}`, id);
    if (subnetId === undefined) throw missing(`subnet ${names.subnet}`, id);
    if (securityGroupId === undefined) throw missing(`security group ${names.nodeSecurityGroup}`, id);
    if (!vip) throw missing(`load balancer ${names.loadBalancer}`, id);
    return { networkId, subnetId, securityGroupId, vip, caCertHash };
  };

const missing = (what: string, id: string): ApplicationFailure =>
  ApplicationFailure.nonRetryable(
    `cluster ${id} has no ${what}, or it lost the cluster's mark: no machine can be added without it`,
    FailureType.OpenStackNotFound,
  );
