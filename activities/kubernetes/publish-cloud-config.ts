import { ApplicationFailure } from '@temporalio/activity';
import { CLOUD_CONFIG, CLOUD_CONFIG_ANNOTATION } from '../../addons/index.ts';
import { type ClusterSpec, FailureType, vaultPaths } from '../../model/index.ts';
import type { VaultClient } from '../../vault/index.ts';
import type { Cloud, Clouds } from '../cloud/clouds.ts';
import { type OwnResources, ownResources } from '../cloud/own-resources.ts';
import { listed } from '../cloud/ownership.ts';
import { checkProvider } from '../cloud/pre-flight/load-balancer.ts';
import { startReport } from '../cloud/pre-flight/report.ts';
import { call } from '../cloud/session.ts';
import { findCloudCredential } from '../secrets/cloud-credential.ts';
import { CA_FILE, type CloudConfig, cloudConfigDigest, cloudConfigText } from './cloud-config.ts';
import { FIELD_MANAGER, requireApi, statusOf } from './cluster-api.ts';
import { describe, kubernetesFailure } from './failures.ts';

const { name, namespace, file } = CLOUD_CONFIG;
const WHERE = `Secret ${namespace}/${name}`;

interface Deps {
  readonly clouds: Clouds;
  readonly vault: VaultClient;
}

interface Target {
  readonly id: string;
  readonly spec: ClusterSpec;
}

/**
 * Activity: puts the cluster's own credential of the cloud, and what its programs have to know of the cloud, into the
 * cluster. Server-side apply: what somebody else has put there is not overwritten.
 *
 * @throws ApplicationFailure `Addon.Conflict`
 */
export const publishCloudConfig =
  ({ clouds, vault }: Deps) =>
  async ({ id, spec }: Target): Promise<void> => {
    const [cloud, credential, api] = await Promise.all([
      clouds.get(spec.cloud),
      findCloudCredential(vault, id),
      requireApi(vault, id),
    ]);
    if (credential === undefined)
      throw ApplicationFailure.nonRetryable(
        `cluster ${id} has no credential of its cloud in Vault (${vaultPaths(id).cloudCredential})`,
        FailureType.VaultNotFound,
      );
    const config = await configOf(cloud, { id, spec }, credential.id);
    const { ca } = config.access;
    const base64 = (text: string) => Buffer.from(text).toString('base64');
    const body = {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name, namespace, annotations: { [CLOUD_CONFIG_ANNOTATION]: cloudConfigDigest(config) } },
      type: 'Opaque',
      data: {
        [file]: base64(cloudConfigText(config, credential.secret)),
        ...(ca === undefined ? {} : { [CA_FILE]: base64(ca) }),
      },
    };
    try {
      await api.core.patchNamespacedSecret({ name, namespace, body, fieldManager: FIELD_MANAGER }, api.applyOptions());
    } catch (error) {
      if (statusOf(error) !== 409) throw kubernetesFailure(error, `applying ${WHERE}`);
      throw ApplicationFailure.nonRetryable(
        `${WHERE} is to hold the cluster’s own credential of the cloud, and somebody else has made or changed it: ` +
          `${describe(error)}. Nothing was overwritten: remove it, and whatever reads it`,
        FailureType.AddonConflict,
      );
    }
  };

async function configOf(cloud: Cloud, { id, spec }: Target, credentialId: string): Promise<CloudConfig> {
  const own = ownResources(cloud, id);
  const [subnetId, floatingNetworkId, provider] = await Promise.all([
    spec.network.subnetId ?? own.subnets.list().then(([subnet]) => subnet?.id),
    floatingNetwork(cloud, own, spec),
    // The one that the API has.
    checkProvider(cloud, spec, startReport().report),
  ]);
  const ignoreVolumeZones = spec.addons.cinder?.ignoreVolumeZones === true;
  return { access: cloud.access, credentialId, subnetId, floatingNetworkId, provider, ignoreVolumeZones };
}

/** The external network that the specification names, or that of the API's floating IP, or of the router's gateway. */
async function floatingNetwork(
  { client: { network } }: Cloud,
  own: OwnResources,
  { network: { externalNetwork: named, routerId } }: ClusterSpec,
): Promise<string | undefined> {
  if (named !== undefined) {
    const networks = await listed(network.networks, { 'router:external': true });
    return networks.find((one) => one.id === named || one.name === named)?.id;
  }
  const [floatingIp] = await own.floatingIps.list();
  if (floatingIp !== undefined) return floatingIp.floating_network_id;
  const router = routerId === undefined ? (await own.routers.list())[0] : await network.routers.get(routerId, call());
  return router?.external_gateway_info?.network_id;
}
