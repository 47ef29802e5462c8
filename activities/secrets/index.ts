import type { RoomDeps } from '../deps.ts';
import { ensureCloudCredential, removeCloudCredential } from './cloud-credential.ts';
import { deleteSecrets } from './delete-secrets.ts';
import { ensureSecrets } from './ensure-secrets.ts';
import { publishKubeconfig } from './publish-kubeconfig.ts';

/** Activities of this room: a cluster’s keys and credentials in Vault. */
export const secretsActivities = (deps: RoomDeps) => ({
  ensureSecrets: ensureSecrets(deps),
  publishKubeconfig: publishKubeconfig(deps),
  deleteSecrets: deleteSecrets(deps),
  ensureCloudCredential: ensureCloudCredential(deps),
  removeCloudCredential: removeCloudCredential(deps),
});
