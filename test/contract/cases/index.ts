import type { ContractArea } from '../kit/case.ts';
import { blockStorageSnapshots } from './block-storage-snapshots.ts';
import { blockStorageLists } from './block-storage-lists.ts';
import { blockStorageRequests } from './block-storage-requests.ts';
import { blockStorageVolumes } from './block-storage-volumes.ts';
import { imageLists } from './image-lists.ts';
import { imageUpdates } from './image-updates.ts';
import { imageImages } from './image-images.ts';
import { loadBalancerAreas } from './load-balancer-areas.ts';
import { clientWaits } from './client-waits.ts';
import { computeActions } from './compute-actions.ts';
import { computeCatalogue } from './compute-catalogue.ts';
import { computeClient } from './compute-client.ts';
import { computeGroups } from './compute-groups.ts';
import { computeLists } from './compute-lists.ts';
import { computeMany } from './compute-many.ts';
import { computeNetworks } from './compute-networks.ts';
import { computeRequests } from './compute-requests.ts';
import { computeServers } from './compute-servers.ts';
import { computeVolumes } from './compute-volumes.ts';
import { identityProjects } from './identity-projects.ts';
import { identityApplicationCredentials } from './identity-application-credentials.ts';
import { identityTokens } from './identity-tokens.ts';
import { networkClient } from './network-client.ts';
import { networkFloatingIps } from './network-floating-ips.ts';
import { networkLists } from './network-lists.ts';
import { networkNetworks } from './network-networks.ts';
import { networkPortAddresses } from './network-port-addresses.ts';
import { networkPortSecurity } from './network-port-security.ts';
import { networkPorts } from './network-ports.ts';
import { networkQuotas } from './network-quotas.ts';
import { networkRequests } from './network-requests.ts';
import { networkRouterInterfaces } from './network-router-interfaces.ts';
import { networkRouters } from './network-routers.ts';
import { networkSecurityGroupRules } from './network-security-group-rules.ts';
import { networkSecurityGroups } from './network-security-groups.ts';
import { networkService } from './network-service.ts';
import { networkSubnets } from './network-subnets.ts';
import { networkTags } from './network-tags.ts';
import { dnsRecordsets } from './dns-recordsets.ts';
import { dnsRequests } from './dns-requests.ts';
import { dnsZones } from './dns-zones.ts';
import { objectStoreAccount } from './object-store-account.ts';
import { objectStoreContainers } from './object-store-containers.ts';
import { objectStoreCopies } from './object-store-copies.ts';
import { objectStoreLarge } from './object-store-large.ts';
import { objectStoreListings } from './object-store-listings.ts';
import { objectStoreObjects } from './object-store-objects.ts';
import { objectStoreReads } from './object-store-reads.ts';
import { unfitRequests } from './unfit-requests.ts';

/** Every area of the contract. */
export const areas: readonly ContractArea[] = [
  blockStorageSnapshots,
  blockStorageLists,
  blockStorageRequests,
  blockStorageVolumes,
  imageLists,
  imageUpdates,
  imageImages,
  computeActions,
  computeCatalogue,
  computeClient,
  computeGroups,
  computeLists,
  computeMany,
  computeNetworks,
  computeRequests,
  computeServers,
  computeVolumes,
  identityProjects,
  identityApplicationCredentials,
  identityTokens,
  networkNetworks,
  networkSubnets,
  networkPorts,
  networkPortAddresses,
  networkPortSecurity,
  networkRouters,
  networkRouterInterfaces,
  networkSecurityGroups,
  networkSecurityGroupRules,
  networkFloatingIps,
  networkTags,
  networkLists,
  networkQuotas,
  networkRequests,
  networkService,
  networkClient,
  dnsRecordsets,
  dnsRequests,
  dnsZones,
  ...loadBalancerAreas,
  objectStoreAccount,
  objectStoreContainers,
  objectStoreCopies,
  objectStoreLarge,
  objectStoreListings,
  objectStoreObjects,
  objectStoreReads,
  unfitRequests,
  clientWaits,
];
