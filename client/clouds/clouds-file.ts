import { type CloudDescription, OpenStackError, readCloud } from 'openstack-client-ts';
import { invalidCloud, type OpenStackCloud, usableCloud } from './usable-cloud.ts';

type Variables = Readonly<Record<string, string | undefined>>;

export interface CloudsFileSource {
  readonly entry: string;
  /** The file; when absent, the first of OpenStack's usual places. */
  readonly file?: string | undefined;
  readonly variables: Variables;
}

/**
 * Reads an entry of clouds.yaml as workers will: by the OpenStack client's own reader, which takes the certificates in
 * as text.
 *
 * @throws SlipwayError `Slipway.InvalidInput` for what no worker could log in with; no message repeats a line of these
 *   files
 */
export const readCloudsFile = ({ entry, file, variables }: CloudsFileSource): Promise<OpenStackCloud> =>
  usable(() => readCloud({ cloud: entry, cloudsFile: file, env: variables }));

/**
 * Makes an entry of the OS_* variables, as an openrc file sets them.
 *
 * @throws SlipwayError `Slipway.InvalidInput` when OS_AUTH_URL is missing, or no worker could log in with the rest
 */
export async function readCloudVariables(variables: Variables): Promise<OpenStackCloud> {
  if (!variables['OS_AUTH_URL']) throw invalidCloud('OS_AUTH_URL is not set: source your openrc file first');
  return usable(() => readCloud({ env: { ...variables, OS_CLOUD: undefined } }));
}

/** The entry that is read, if a worker can use it. */
async function usable(read: () => Promise<CloudDescription>): Promise<OpenStackCloud> {
  let description: CloudDescription;
  try {
    description = await read();
  } catch (error) {
    throw error instanceof OpenStackError ? invalidCloud(error.message) : error;
  }
  return usableCloud(description.entry, description.label);
}
