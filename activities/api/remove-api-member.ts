import type { ClusterSpec } from '../../model/index.ts';
import type { Clouds } from '../cloud/clouds.ts';
import { ownResources } from '../cloud/own-resources.ts';

/** A machine of the control plane that goes. */
export interface LeavingControlPlane {
  readonly id: string;
  readonly spec: ClusterSpec;
  /** Its name. */
  readonly machine: string;
}

/** Takes a machine from behind the API's load balancer. Nothing else of it changes; gone already is well. */
export const removeApiMember =
  ({ clouds }: { clouds: Clouds }) =>
  async ({ id, spec, machine }: LeavingControlPlane): Promise<void> =>
    ownResources(await clouds.get(spec.cloud), id).apiMembers.remove(machine);
