import type { Flavor, Image } from 'openstack-client-ts';
import { type ClusterSpec, CONTROL_PLANE_GROUP } from '../../../model/index.ts';
import type { Cloud } from '../clouds.ts';
import { listed } from '../ownership.ts';
import { call } from '../session.ts';
import { type Group, machineGroups } from './groups.ts';
import { findImages, leastDisk, nameOf } from './images.ts';
import { orMissing, type Report, someNames } from './report.ts';
import { checkVolumes } from './volumes.ts';

/** Flavor and image of each group that has them, by the group's name. */
export interface Machines {
  readonly flavors: Readonly<Record<string, Flavor>>;
  readonly images: Readonly<Record<string, Image>>;
}

/** What a control plane machine needs at least (kubernetes.io: "Installing kubeadm", before you begin). */
export const carriesControlPlane = ({ vcpus, ram }: Flavor): boolean => vcpus >= 2 && ram >= 2048;

/** Everything that a machine is made of, and whether it fits together. */
export async function checkMachines(cloud: Cloud, spec: ClusterSpec, report: Report): Promise<Machines> {
  const groups = machineGroups(spec);
  const [all, images] = await Promise.all([
    listed(cloud.client.compute.flavors),
    findImages(cloud, spec, groups, report),
    checkZones(cloud, groups, report),
    checkKeyPair(cloud, spec, report),
    checkSecurityGroups(cloud, groups, report),
  ]);
  const flavors: Record<string, Flavor> = {};
  for (const group of groups) {
    const { name, template } = group;
    const flavor = all.find(({ id }) => id === template.flavor) ?? all.find((one) => one.name === template.flavor);
    if (flavor === undefined) report('flavor', { flavor: template.flavor, group: name, names: someNames(all) });
    else {
      flavors[name] = flavor;
      judgeFlavor(flavor, group, images[name], report);
    }
  }
  await checkVolumes(cloud, groups, images, report);
  return { flavors, images };
}

function judgeFlavor(flavor: Flavor, { name: group, template }: Group, image: Image | undefined, report: Report): void {
  const { vcpus, ram, disk } = flavor;
  const named = { flavor: template.flavor, group };
  if (group === CONTROL_PLANE_GROUP && !carriesControlPlane(flavor))
    report('flavorControlPlane', { ...named, vcpus, ram });
  if (template.rootVolume === undefined && disk === 0) report('flavorNoDisk', named);
  if (image === undefined) return;
  const of = { ...named, image: nameOf(image) };
  if (ram < (image.min_ram ?? 0)) report('flavorMemory', { ...of, ram, least: image.min_ram ?? 0 });
  const least = leastDisk(image);
  if (template.rootVolume === undefined && disk > 0 && disk < least) report('flavorDisk', { ...of, size: disk, least });
}

async function checkZones({ client }: Cloud, groups: readonly Group[], report: Report): Promise<void> {
  if (groups.every(({ zones }) => zones.length === 0)) return;
  const all = await client.compute.availabilityZones(call());
  const available = all.filter(({ zoneState }) => zoneState.available).map(({ zoneName: name }) => ({ name }));
  for (const { name: group, zones } of groups) {
    for (const zone of zones) {
      if (!available.some(({ name }) => name === zone)) report('zone', { zone, group, names: someNames(available) });
    }
  }
}

async function checkKeyPair({ client }: Cloud, { sshKey: key }: ClusterSpec, report: Report): Promise<void> {
  if (key === undefined || (await orMissing(client.compute.keyPairs.get(key, call()))) !== undefined) return;
  const { user } = await client.authenticate(call());
  report('keyPair', { key, user: user.name ?? user.id });
}

async function checkSecurityGroups({ client }: Cloud, groups: readonly Group[], report: Report): Promise<void> {
  const named = [...new Set(groups.flatMap(({ template }) => template.securityGroups))];
  const found = await Promise.all(named.map((group) => orMissing(client.network.securityGroups.get(group, call()))));
  const { project } = await client.authenticate(call());
  named.forEach((group, index) => {
    const one = found[index];
    // An administrator is shown those of every project; Nova and Neutron still refuse them.
    if (one === undefined || (one.project_id !== project?.id && one.shared !== true))
      report('securityGroup', { group });
  });
}
