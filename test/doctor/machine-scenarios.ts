import type { ClusterSpecInput } from '../../model/index.ts';
import { type RowScenario, type Taken, unfit } from './scenario.ts';
import { KUBERNETES_VERSION, type Tenant } from './tenant.ts';

const ABSENT = '00000000-0000-4000-8000-000000000000';
const VOLUME = { sizeGiB: 10, type: 'ssd' };

type Machines = Partial<NonNullable<ClusterSpecInput['controlPlane']>>;

/** The tenant's cluster, with other control planes. */
const controlPlane = (tenant: Tenant, different: Machines): NonNullable<Taken['change']> => ({
  controlPlane: { count: 1, flavor: tenant.name, rootVolume: VOLUME, ...different },
});

async function withFlavor(
  tenant: Tenant,
  values: Readonly<Record<string, unknown>>,
  signal: AbortSignal,
): Promise<Taken> {
  const name = `${tenant.name}-other`;
  const flavor = { name, vcpus: 2, ram: 2048, disk: 20, ...values };
  const { back } = await tenant.make('compute', '/flavors', 'flavor', flavor, signal);
  return { change: controlPlane(tenant, { flavor: name, rootVolume: undefined }), back };
}

async function withImage(
  tenant: Tenant,
  values: Readonly<Record<string, unknown>>,
  machines: Machines,
  signal: AbortSignal,
  content: string | undefined = 'not an image',
): Promise<Taken> {
  const { id, back } = await tenant.image(values, content, signal);
  return { change: controlPlane(tenant, { image: id, ...machines }), back };
}

/** What machines are made of. */
export const MACHINE_SCENARIOS: readonly RowScenario[] = [
  unfit(
    'flavor',
    'the flavor',
    /flavor doctor-\w+ of control-plane does not exist; there are m1/,
    async (tenant, signal) => {
      await tenant.removeFlavor();
      return { back: () => tenant.makeFlavor(signal) };
    },
  ),
  unfit(
    'flavorControlPlane',
    'a second vCPU',
    /flavor m1\.small of control-plane has 1 vCPUs and 2048 MiB, a control plane needs 2 and 2048/,
    (tenant) => ({ change: controlPlane(tenant, { flavor: 'm1.small' }) }),
  ),
  unfit(
    'flavorNoDisk',
    'a disk of the flavor',
    /flavor doctor-\w+-other of control-plane has no disk of its own: set rootVolume/,
    (tenant, signal) => withFlavor(tenant, { disk: 0 }, signal),
  ),
  unfit(
    'flavorDisk',
    'room for the image on the flavor’s disk',
    /flavor doctor-\w+ of control-plane has a disk of 20 GiB, image doctor-\S+ needs 30/,
    (tenant, signal) => withImage(tenant, { min_disk: 30 }, { rootVolume: undefined }, signal),
  ),
  unfit(
    'flavorMemory',
    'the memory that the image wants',
    /flavor doctor-\w+ of control-plane has 2048 MiB of memory, image doctor-\S+ needs 4096/,
    (tenant, signal) => withImage(tenant, { min_ram: 4096 }, {}, signal),
  ),
  unfit('image', 'the named image', /image nothing of control-plane does not exist/, (tenant) => ({
    change: controlPlane(tenant, { image: 'nothing' }),
  })),
  unfit('image', 'the image with that id', new RegExp(`image ${ABSENT} of control-plane does not exist`), (tenant) => ({
    change: controlPlane(tenant, { image: ABSENT }),
  })),
  unfit(
    'imageStatus',
    'the image’s content',
    /image \S+ of control-plane is queued, not active/,
    async (tenant, signal) => {
      const { id, back } = await tenant.image({}, undefined, signal);
      return { change: controlPlane(tenant, { image: id }), back };
    },
  ),
  unfit(
    'imageVersion',
    'the cluster’s Kubernetes in the named image',
    /image ubuntu-24\.04-kube-v1\.36\.3 of control-plane holds Kubernetes v1\.36\.3, the cluster is to have v1\.36\.999/,
    (tenant) => ({ change: controlPlane(tenant, { image: 'ubuntu-24.04-kube-v1.36.3' }) }),
  ),
  unfit(
    'imageOfVersion',
    'the image’s property kube_version',
    /no active image has the property kube_version=v1\.36\.999/,
    async (tenant, signal) => {
      await tenant.setKubeVersion(undefined, signal);
      return { back: () => tenant.setKubeVersion(`v${KUBERNETES_VERSION}`, signal) };
    },
  ),
  unfit(
    'zone',
    'an availability zone of the control plane',
    /availability zone az-nope of control-plane does not exist or is not available; there are nova/,
    (tenant) => ({ change: controlPlane(tenant, { availabilityZones: ['nova', 'az-nope'] }) }),
  ),
  unfit('zone', 'an availability zone of a group', /availability zone az-nope of workers does not exist/, (tenant) => ({
    change: { nodeGroups: [{ name: 'workers', count: 2, flavor: tenant.name, availabilityZone: 'az-nope' }] },
  })),
  unfit('keyPair', 'the key pair', /key pair nobody does not exist for user doctor-\w+/, () => ({
    change: { sshKey: 'nobody' },
  })),
  unfit('securityGroup', 'the security group', new RegExp(`security group ${ABSENT} does not exist`), (tenant) => ({
    change: controlPlane(tenant, { securityGroups: [ABSENT] }),
  })),
  unfit(
    'securityGroup',
    'a security group that is another project’s',
    /security group \S+ does not exist in this project/,
    async (tenant, signal) => {
      const group = { name: `${tenant.name}-foreign` };
      const { id, back } = await tenant.make('network', '/security-groups', 'security_group', group, signal);
      return { change: controlPlane(tenant, { securityGroups: [id] }), back };
    },
  ),
  unfit(
    'volumeService',
    'block storage in the catalogue',
    /rootVolume of control-plane needs block storage, which this cloud does not offer; rootVolume of workers/,
    async (tenant, signal) => {
      await tenant.setService(['block-storage', 'volumev3'], false, signal);
      return { back: () => tenant.setService(['block-storage', 'volumev3'], true, signal) };
    },
  ),
  unfit(
    'volumeType',
    'the volume type',
    /volume type nvme of control-plane does not exist; there are .*ssd/,
    (tenant) => ({
      change: controlPlane(tenant, { rootVolume: { sizeGiB: 10, type: 'nvme' } }),
    }),
  ),
  unfit(
    'volumeSize',
    'room for the image on the volume',
    /rootVolume of control-plane has 10 GiB, image doctor-\S+ needs 30/,
    (tenant, signal) => withImage(tenant, { min_disk: 30 }, {}, signal),
  ),
  unfit(
    'volumeLargest',
    'a volume of that size',
    /rootVolume of control-plane has 10 GiB, a volume of this project may have 9/,
    async (tenant, signal) => {
      await tenant.setQuota('block-storage', { per_volume_gigabytes: 9 }, signal);
      return { back: () => tenant.setQuota('block-storage', undefined, signal) };
    },
  ),
];
