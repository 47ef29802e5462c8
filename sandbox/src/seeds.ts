/**
 * What an operator has set up before the first user comes, the same in the emulated cloud and in the real one.
 */

export const flavors = [
  { id: '2', name: 'm1.small', vcpus: 1, ram: 2048, disk: 20 },
  { id: '3', name: 'm1.medium', vcpus: 2, ram: 4096, disk: 40 },
  { id: '4', name: 'm1.large', vcpus: 4, ram: 8192, disk: 80 },
  { id: '5', name: 'm1.xlarge', vcpus: 8, ram: 16_384, disk: 160 },
] as const;

/** Images that hold Kubernetes, as image-builder (image-builder.sigs.k8s.io) makes and names them. */
export const images = ['1.36.3', '1.35.6', '1.34.9'].map((version) => ({
  name: `ubuntu-24.04-kube-v${version}`,
  container_format: 'bare',
  disk_format: 'qcow2',
  min_disk: 10,
  min_ram: 1024,
  visibility: 'public',
  properties: {
    kube_version: `v${version}`,
    kube_minor: `v${version.replace(/\.\d+$/, '')}`,
    os_distro: 'ubuntu',
    os_version: '24.04',
    architecture: 'x86_64',
  },
}));

export const volumeTypes = [
  { name: 'ssd', isDefault: true },
  { name: 'hdd', isDefault: false },
] as const;

/** The external network; its range is an option of the cloud. */
export const externalNetwork = { name: 'public', subnet: 'public-v4', physicalNetwork: 'public' } as const;

/** Octavia's flavor. */
export const loadBalancerFlavor = { name: 'default', description: '' } as const;
