import { z } from 'zod';
import { addon, addonOptions } from '../addon.ts';
import { storageClassName } from '../storage-class.ts';

/** What the chart puts into a template and a shell-like file: no quotes, no braces, no white space. */
const configurationValue = z
  .string()
  .min(1)
  .max(1024)
  .regex(/^[^\s"'`{}$\\]+$/, 'must hold no white space, quotes, braces, "$" or "\\"');

/** CVMFS repositories in Pods. */
export const cvmfs = addon({
  title: 'CVMFS CSI driver',
  summary: 'Repositories of the CernVM File System in Pods',
  release: 'cvmfs-csi',
  namespace: 'kube-system',
  chart: { name: 'cvmfs-csi', repository: 'oci://registry.cern.ch/kubernetes/charts' },
  versions: [{ chart: '2.5.2', app: '2.5.2', kubernetes: { from: '1.20' } }],
  options: addonOptions(
    { required: false },
    {
      proxy: configurationValue.describe(
        'CVMFS_HTTP_PROXY, such as http://squid.example.org:3128 or DIRECT; the chart’s own default is a proxy of CERN',
      ),
      cacheMiB: z
        .int()
        .min(1000)
        .max(10_000_000)
        .default(10_000)
        .describe('Size of the cache on each machine, in MiB; the chart’s 1000 are too few for a software release'),
      storageClass: storageClassName
        .default('cvmfs')
        .describe('Name of the StorageClass whose volumes show every repository'),
      repositories: z
        .array(
          z.strictObject({
            storageClass: storageClassName.describe('Name of its StorageClass'),
            repository: configurationValue.describe('Name of the repository, such as atlas.cern.ch'),
          }),
        )
        .max(50)
        .default([])
        .describe('Repositories with a StorageClass of their own'),
    },
  ),
  values: ({ proxy, cacheMiB, storageClass, repositories }) => ({
    extraConfigMaps: {
      'cvmfs-csi-default-local': {
        'default.local': [
          'CVMFS_USE_GEOAPI=yes',
          `CVMFS_HTTP_PROXY="${proxy}"`,
          'CVMFS_QUOTA_LIMIT={{ .Values.cache.local.cvmfsQuotaLimit }}',
          'CVMFS_CACHE_BASE={{ .Values.cache.local.location }}',
          '',
        ].join('\n'),
      },
    },
    cache: { local: { cvmfsQuotaLimit: cacheMiB } },
    automountStorageClass: { create: true, name: storageClass },
    specificRepositoryStorageClasses: repositories.map((one) => ({
      name: one.storageClass,
      repository: one.repository,
    })),
  }),
  after: [],
  stage: 'rest',
  ready: [],
  leaves: [],
  images: [
    'registry.cern.ch/kubernetes/cvmfs-csi',
    'registry.k8s.io/sig-storage/csi-provisioner',
    'registry.k8s.io/sig-storage/csi-node-driver-registrar',
  ],
  links: {
    documentation: 'https://github.com/cvmfs-contrib/cvmfs-csi/tree/v2.5.2/docs',
    chart: 'https://github.com/cvmfs-contrib/cvmfs-csi/tree/v2.5.2/deployments/helm/cvmfs-csi',
  },
});
