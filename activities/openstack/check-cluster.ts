import { ApplicationFailure } from '@temporalio/activity';
import { type Flavor, NotFoundError } from 'openstack-client-ts';
import { type ClusterSpec, CONTROL_PLANE_GROUP, FailureType, type MachineTemplate } from '../../model/index.ts';
import { type Cloud, type Clouds } from './clouds.ts';
import { findImage } from './images.ts';
import { listed } from './ownership.ts';
import { quotaProblems } from './quota-problems.ts';
import { call } from './session.ts';

/** What the pre-flight found out about the cloud, so that no later step has to look it up. Ids only. */
export interface ClusterFacts {
  /** Flavor id by machine group; the control plane is the group `control-plane`. */
  readonly flavorIds: Readonly<Record<string, string>>;
  /** Image id by machine group. */
  readonly imageIds: Readonly<Record<string, string>>;
  readonly externalNetworkId?: string;
  /** The user's own network and subnet. */
  readonly ownNetwork?: { readonly networkId: string; readonly subnetId: string; readonly cidr: string };
  /** The user's own floating IP. */
  readonly ownFloatingIpId?: string;
}

/**
 * The pre-flight: whether the cloud can hold the cluster, before anything is made. All that is wrong is said at once.
 *
 * @throws ApplicationFailure `Slipway.PreflightFailed`
 */
export const checkCluster =
  ({ clouds }: { clouds: Clouds }) =>
  async ({ id, spec }: { id: string; spec: ClusterSpec }): Promise<ClusterFacts> => {
    const cloud = await clouds.get(spec.cloud);
    const { facts, flavors, problems } = await examineCluster(cloud, spec);
    problems.push(...(await quotaProblems(cloud, id, spec, flavors)));
    if (problems.length > 0) throw preflightFailed(spec, problems);
    return facts;
  };

/** What a specification names in the cloud: what was found, and what was not, as sentences. */
export async function examineCluster(
  cloud: Cloud,
  spec: ClusterSpec,
): Promise<{ facts: ClusterFacts; flavors: Record<string, Flavor>; problems: string[] }> {
  const problems: string[] = [];
  const groups = machineGroups(spec);
  const [flavors, imageIds, externalNetworkId, ownNetwork, ownFloatingIpId] = await Promise.all([
    listed(cloud.client.compute.flavors),
    resolveImages(cloud, spec, groups, problems),
    findExternalNetwork(cloud, spec, problems),
    findOwnNetwork(cloud, spec, problems),
    findOwnFloatingIp(cloud, spec, problems),
    checkReferences(cloud, spec, groups, problems),
    checkProvider(cloud, spec, problems),
    checkVolumeTypes(cloud, groups, problems),
  ]);
  const chosen = resolveFlavors(groups, flavors, problems);
  const facts = {
    flavorIds: Object.fromEntries(Object.entries(chosen).map(([group, flavor]) => [group, flavor.id])),
    imageIds,
    ...(externalNetworkId === undefined ? {} : { externalNetworkId }),
    ...(ownNetwork === undefined ? {} : { ownNetwork }),
    ...(ownFloatingIpId === undefined ? {} : { ownFloatingIpId }),
  };
  return { facts, flavors: chosen, problems };
}

interface Group {
  readonly name: string;
  readonly template: MachineTemplate;
}

function machineGroups(spec: ClusterSpec): Group[] {
  const nodes = spec.nodeGroups.map((group) => ({ name: group.name, template: group }));
  return [{ name: CONTROL_PLANE_GROUP, template: spec.controlPlane }, ...nodes];
}

function preflightFailed(spec: ClusterSpec, problems: string[]): ApplicationFailure {
  return ApplicationFailure.create({
    type: FailureType.PreflightFailed,
    message: `cloud ${spec.cloud} cannot hold cluster ${spec.name}: ${problems.join('; ')}`,
    nonRetryable: true,
    details: [{ problems }],
  });
}

function resolveFlavors(groups: Group[], flavors: Flavor[], problems: string[]): Record<string, Flavor> {
  const chosen: Record<string, Flavor> = {};
  for (const { name, template } of groups) {
    const flavor =
      flavors.find((one) => one.id === template.flavor) ?? flavors.find((one) => one.name === template.flavor);
    if (flavor) chosen[name] = flavor;
    else problems.push(`flavor ${template.flavor} of ${name} does not exist; there are ${someNames(flavors)}`);
  }
  return chosen;
}

async function resolveImages(
  cloud: Cloud,
  spec: ClusterSpec,
  groups: Group[],
  problems: string[],
): Promise<Record<string, string>> {
  const wanted = [...new Set(groups.map(({ template }) => template.image))];
  const found = new Map(
    await Promise.all(wanted.map(async (image) => [image, await findImage(cloud, spec, image)] as const)),
  );
  const imageIds: Record<string, string> = {};
  for (const { name, template } of groups) {
    const image = found.get(template.image);
    if (image) imageIds[name] = image;
    else if (template.image !== undefined)
      problems.push(`image ${template.image} of ${name} does not exist or is not active`);
  }
  if (found.has(undefined) && found.get(undefined) === undefined) {
    problems.push(`no active image has the property kube_version=v${spec.kubernetes.version}`);
  }
  return imageIds;
}

async function findExternalNetwork(cloud: Cloud, spec: ClusterSpec, problems: string[]): Promise<string | undefined> {
  const { externalNetwork, networkId, routerId } = spec.network;
  const needed =
    (spec.api.public && spec.api.floatingIp === undefined) || (networkId === undefined && routerId === undefined);
  if (!needed) return undefined;
  const networks = await listed(cloud.client.network.networks, { 'router:external': true });
  const named = networks.filter(
    ({ id, name }) => externalNetwork === undefined || id === externalNetwork || name === externalNetwork,
  );
  if (named.length === 1) return named[0]?.id;
  if (externalNetwork === undefined && networks.length > 1) {
    problems.push(`there are several external networks (${someNames(networks)}): set network.externalNetwork`);
  } else {
    problems.push(
      externalNetwork === undefined
        ? 'there is no external network'
        : `external network ${externalNetwork} does not exist or is not unique`,
    );
  }
  return undefined;
}

async function findOwnNetwork(
  cloud: Cloud,
  spec: ClusterSpec,
  problems: string[],
): Promise<ClusterFacts['ownNetwork']> {
  const { networkId, subnetId } = spec.network;
  if (networkId === undefined || subnetId === undefined) return undefined;
  const subnet = await orMissing(cloud.client.network.subnets.get(subnetId, call()));
  if (subnet === undefined) problems.push(`subnet ${subnetId} does not exist`);
  else if (subnet.network_id !== networkId) problems.push(`subnet ${subnetId} is not on network ${networkId}`);
  else return { networkId, subnetId, cidr: subnet.cidr };
  return undefined;
}

async function findOwnFloatingIp(cloud: Cloud, spec: ClusterSpec, problems: string[]): Promise<string | undefined> {
  const address = spec.api.floatingIp;
  if (address === undefined) return undefined;
  const [floatingIp] = await listed(cloud.client.network.floatingIps, { floating_ip_address: address });
  if (floatingIp === undefined) problems.push(`floating IP ${address} does not exist in this project`);
  return floatingIp?.id;
}

/** The user's own router, security groups and key pair. */
async function checkReferences(cloud: Cloud, spec: ClusterSpec, groups: Group[], problems: string[]): Promise<void> {
  const { network, compute } = cloud.client;
  const missing = async (what: string, found: Promise<unknown>) => {
    if ((await orMissing(found)) === undefined) problems.push(`${what} does not exist`);
  };
  const securityGroups = new Set(groups.flatMap(({ template }) => template.securityGroups));
  const checks = [...securityGroups].map((group) =>
    missing(`security group ${group}`, network.securityGroups.get(group, call())),
  );
  const { routerId } = spec.network;
  if (routerId !== undefined) checks.push(missing(`router ${routerId}`, network.routers.get(routerId, call())));
  if (spec.sshKey !== undefined)
    checks.push(missing(`key pair ${spec.sshKey}`, compute.keyPairs.get(spec.sshKey, call())));
  await Promise.all(checks);
}

/** Octavia refuses a provider that it does not have only when the network is already made. */
async function checkProvider({ client }: Cloud, spec: ClusterSpec, problems: string[]): Promise<void> {
  const { loadBalancerProvider: wanted } = spec.api;
  if (wanted === undefined) return;
  const providers = await client.loadBalancer.providers(call());
  if (providers.some(({ name }) => name === wanted)) return;
  problems.push(`load balancer provider ${wanted} does not exist; there are ${someNames(providers)}`);
}

/** Nova refuses a volume type that Cinder does not have only when the machines are asked for. */
async function checkVolumeTypes({ client }: Cloud, groups: Group[], problems: string[]): Promise<void> {
  const wanted = new Set(groups.flatMap(({ template }) => template.rootVolume?.type ?? []));
  if (wanted.size === 0) return;
  const types = await listed(client.blockStorage.types);
  for (const one of wanted) {
    if (types.some(({ id, name }) => id === one || name === one)) continue;
    problems.push(`volume type ${one} does not exist; there are ${someNames(types)}`);
  }
}

async function orMissing<T>(found: Promise<T>): Promise<T | undefined> {
  try {
    return await found;
  } catch (error) {
    if (error instanceof NotFoundError) return undefined;
    throw error;
  }
}

function someNames(resources: readonly { name?: string | undefined }[]): string {
  const names = resources.flatMap(({ name }) => (name === undefined ? [] : [name])).sort();
  return `${names.slice(0, 8).join(', ')}${names.length > 8 ? ', …' : ''}` || 'none';
}
