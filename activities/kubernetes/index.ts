import type { RoomDeps } from '../deps.ts';
import { admitMachines } from './admit-machines.ts';
import { deleteInside } from './delete-inside.ts';
import { ensureAccess } from './ensure-access.ts';
import { drainNodes } from './drain-nodes.ts';
import { publishCloudConfig } from './publish-cloud-config.ts';
import { revokeJoinTokens } from './revoke-join-tokens.ts';
import { uncordonNodes } from './uncordon-nodes.ts';
import { waitForApi } from './wait-for-api.ts';
import { waitForNodes } from './wait-for-nodes.ts';
import { withdrawCloudCredential } from './withdraw-cloud-credential.ts';

/** Activities of this room: what is inside a cluster. */
export const kubernetesActivities = (deps: RoomDeps) => ({
  waitForApi: waitForApi(deps),
  ensureAccess: ensureAccess(deps),
  admitMachines: admitMachines(deps),
  waitForNodes: waitForNodes(deps),
  revokeJoinTokens: revokeJoinTokens(deps),
  drainNodes: drainNodes(deps),
  uncordonNodes: uncordonNodes(deps),
  deleteInside: deleteInside(deps),
  publishCloudConfig: publishCloudConfig(deps),
  withdrawCloudCredential: withdrawCloudCredential(deps),
});
