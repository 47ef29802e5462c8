import { addon, addonOptions } from '../addon.ts';
import { secretReference } from '../secret-reference.ts';
import { storageClassName } from '../storage-class.ts';

/** The chart's own Secret, whose keytab is published with the chart. */
const SAMPLE = 'eos-csi-file-etc-eos-keytab';
const SECRET = 'eos-keytab';

const configMap = (name: string, configMapName: string) => ({ name, configMap: { name: configMapName } });

/** EOS in Pods. */
export const eos = addon({
  title: 'EOS CSI driver',
  summary: 'CERN’s EOS in Pods, with the instances that the chart knows',
  release: 'eosxd-csi',
  namespace: 'kube-system',
  chart: { name: 'eosxd-csi', repository: 'oci://registry.cern.ch/kubernetes/charts' },
  versions: [{ chart: '1.4.5', app: '1.4.5', kubernetes: { from: '1.20' } }],
  options: addonOptions(
    { required: false },
    {
      keytab: secretReference.describe(
        'Keytab of the shared secret (eos.keytab): addons/<path>#<field> in Vault. Required: the one in the chart is a sample that everybody has',
      ),
      storageClass: storageClassName.default('eos').describe('Name of the StorageClass'),
    },
  ),
  values: ({ storageClass }) => ({
    extraSecrets: { [SAMPLE]: null },
    nodeplugin: {
      // The chart's list, with another Secret: lists are replaced as a whole.
      extraVolumes: [
        { name: 'host-var-cache', hostPath: { path: '/var/cache' } },
        configMap('etc-eos', 'eos-csi-dir-etc-eos'),
        configMap('etc-auto-master-d', 'eos-csi-dir-etc-auto-master-d'),
        {
          name: 'etc-eos-keytab',
          secret: { secretName: SECRET, defaultMode: 0o400, items: [{ key: 'keytab', path: 'eos.keytab' }] },
        },
        configMap('eos-csi-dir-etc-krb5-conf', 'eos-csi-dir-etc-krb5-conf'),
      ],
    },
    commonStorageClass: { enabled: true, className: storageClass },
  }),
  secretValues: ({ keytab }) => ({ [`extraSecrets.${SECRET}.stringData.keytab`]: keytab }),
  after: [],
  stage: 'rest',
  ready: [],
  leaves: [],
  images: [
    'registry.cern.ch/kubernetes/eosxd-csi',
    'registry.k8s.io/sig-storage/csi-provisioner',
    'registry.k8s.io/sig-storage/csi-node-driver-registrar',
  ],
  links: {
    documentation: 'https://github.com/cern-eos/eosxd-csi/tree/v1.4.5/docs',
    chart: 'https://github.com/cern-eos/eosxd-csi/tree/v1.4.5/deployments/helm/eosxd-csi',
  },
});
