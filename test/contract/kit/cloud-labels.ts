import type { OpenStackClient } from 'openstack-client-ts';
import type { PreparedCloud, Tenant } from './cloud.ts';
import { Labels } from './labels.ts';

/**
 * The labels of what a tenant sees in a cloud.
 *
 * @param client - logged in as the tenant, to read the catalogue
 * @param more - values of the case with labels of their own
 */
export async function labelsOf(
  client: OpenStackClient,
  cloud: PreparedCloud,
  { project, user }: Tenant,
  more: ReadonlyMap<string, string>,
): Promise<Labels> {
  const { image, flavor, externalNetwork } = cloud.seeds;
  const known = new Map([
    ...more,
    [project.id, '{project}'],
    [project.name, '{tenant}'],
    [user.id, '{user}'],
    [user.password, '{password}'],
    [image, '{image}'],
    [flavor.length > 8 ? flavor : 'no flavor', '{flavor}'],
    [externalNetwork, '{external network}'],
  ]);
  return new Labels(known, await prefixesOf(client, cloud));
}

/** The service's endpoints, with and without the host, longest first. */
async function prefixesOf(client: OpenStackClient, cloud: PreparedCloud): Promise<(readonly [string, string])[]> {
  const catalog = await client.identity.catalog();
  const endpoints = catalog.flatMap(({ type, endpoints: each }) =>
    each.flatMap(({ url }): (readonly [string, string])[] => [
      [url.replace(/\/$/, ''), `{${type}}`],
      // Nova's bookmarks have no version.
      [url.replace(/\/v\d.*$/, ''), `{${type} root}`],
    ]),
  );
  const keystone = [cloud.authUrl.replace(/\/$/, ''), '{identity}'] as const;
  return [...endpoints, keystone].sort(
    ([one, label], [other, rival]) => other.length - one.length || (label < rival ? -1 : 1),
  );
}
