import type { ClusterSpec } from '../../model/index.ts';
import type { Clouds } from '../cloud/clouds.ts';
import type { ApiMember } from '../cloud/own-api-members.ts';
import { ownResources } from '../cloud/own-resources.ts';

export interface AddApiMemberInput {
  readonly id: string;
  readonly spec: ClusterSpec;
  readonly member: ApiMember;
}

/** Lets the API's load balancer send requests to a machine, too. Nothing else of it changes. */
export const addApiMember =
  ({ clouds }: { clouds: Clouds }) =>
  async ({ id, spec, member }: AddApiMemberInput): Promise<void> =>
    ownResources(await clouds.get(spec.cloud), id).apiMembers.add(member);
