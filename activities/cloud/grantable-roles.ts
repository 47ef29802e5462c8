import { z } from 'zod';
import type { Cloud } from './clouds.ts';
import { call } from './session.ts';

/** What Slipway's own credential may hand on to a cluster's. */
interface Grantable {
  /** Who Slipway is in the cloud, for a person. */
  readonly who: string;
  /**
   * Keystone lets an application credential make others only where it was made with `unrestricted` (keystone:
   * keystone/api/users.py, _check_unrestricted_application_credential).
   */
  readonly restricted: boolean;
  /** Of the roles that a cluster's credential is to have, those that Slipway's own has. */
  readonly roles: readonly string[];
  /** All roles of Slipway's own. */
  readonly own: readonly string[];
}

/** Asks the token, which is there already: nothing is sent. */
export async function grantable({ client, settings }: Pick<Cloud, 'client' | 'settings'>): Promise<Grantable> {
  const token = await client.authenticate(call());
  const own = token.roles.flatMap(({ name }) => name ?? []).sort();
  return {
    who: token.user.name ?? token.user.id,
    restricted: credentialIn.safeParse(token).data?.application_credential.restricted === true,
    roles: settings.clusterRoles.filter((role) => own.includes(role)),
    own,
  };
}

/** In a token that an application credential has got (keystone: keystone/common/render_token.py). */
const credentialIn = z.looseObject({ application_credential: z.looseObject({ restricted: z.boolean() }) });
