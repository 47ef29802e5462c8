import { createHash } from 'node:crypto';
import type { CloudAccess } from '../cloud/clouds.ts';

/** What of its cloud a cluster's own programs are told. */
export interface CloudConfig {
  readonly access: CloudAccess;
  /** Of the cluster's own application credential. */
  readonly credentialId: string;
  /** Where load balancers of Services have their address, and their members. */
  readonly subnetId: string | undefined;
  /** Where their floating IPs are from; the controller looks for an external network itself when absent. */
  readonly floatingNetworkId: string | undefined;
  /** Octavia's provider; the controller's default is amphora. */
  readonly provider: string | undefined;
  readonly ignoreVolumeZones: boolean;
}

/** File beside cloud.conf, and where both charts put the Secret: the authority of the cloud's certificates. */
export const CA_FILE = 'ca.crt';
const MOUNTED_AT = '/etc/config';

/**
 * cloud.conf of cloud-provider-openstack, for its cloud controller manager and its Cinder CSI driver alike
 * (kubernetes/cloud-provider-openstack: docs/openstack-cloud-controller-manager,
 * using-openstack-cloud-controller-manager.md; docs/cinder-csi-plugin, using-cinder-csi-plugin.md).
 */
export function cloudConfigText(config: CloudConfig, secret: string): string {
  const { access, credentialId, subnetId, floatingNetworkId, provider, ignoreVolumeZones } = config;
  return [
    section('Global', {
      'auth-url': access.authUrl,
      'application-credential-id': credentialId,
      'application-credential-secret': secret,
      region: access.region,
      'ca-file': access.ca === undefined ? undefined : `${MOUNTED_AT}/${CA_FILE}`,
      'tls-insecure': access.verify ? undefined : true,
    }),
    section('LoadBalancer', {
      'subnet-id': subnetId,
      'floating-network-id': floatingNetworkId,
      'lb-provider': provider,
      // OVN takes no other, and keeps the client's address, which the rules of the nodes do not let in.
      ...(provider === 'ovn' ? { 'lb-method': 'SOURCE_IP_PORT', 'manage-security-groups': true } : {}),
    }),
    section('BlockStorage', { 'ignore-volume-az': ignoreVolumeZones || undefined }),
  ].join('\n');
}

/** Says whether two configurations differ; nothing secret goes into it. */
export const cloudConfigDigest = (config: CloudConfig): string =>
  createHash('sha256')
    .update(cloudConfigText(config, ''))
    .update(config.access.ca ?? '')
    .digest('hex')
    .slice(0, 16);

function section(name: string, values: Readonly<Record<string, string | boolean | undefined>>): string {
  const lines = Object.entries(values).flatMap(([key, value]) =>
    value === undefined ? [] : [`${key} = ${typeof value === 'string' ? quoted(value) : String(value)}`],
  );
  return `${[`[${name}]`, ...lines].join('\n')}\n`;
}

/** As gcfg reads it: in quotes, with a backslash before quotes and backslashes. */
const quoted = (value: string): string => `"${value.replaceAll(/[\\"]/g, String.raw`\$&`)}"`;
