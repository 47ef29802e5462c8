import { checkCredential, type CloudDescription, cloudOptions, OpenStackError, readCloud } from 'openstack-client-ts';
import { z } from 'zod';
import { FailureType } from '../../model/index.ts';
import { SlipwayError } from '../slipway-error.ts';

/** One entry of clouds.yaml with its secrets; nothing in it names a file of this machine. */
export type OpenStackCloud = { auth: { auth_url: string; [key: string]: unknown }; [key: string]: unknown };

type Variables = Readonly<Record<string, string | undefined>>;

export interface CloudsFileSource {
  readonly entry: string;
  /** The file; when absent, the first of OpenStack's usual places. */
  readonly file?: string | undefined;
  readonly variables: Variables;
}

const cloudSchema = z.looseObject({ auth: z.looseObject({ auth_url: z.url() }) });

/**
 * Reads an entry of clouds.yaml as workers will: by the OpenStack client's own reader, which takes the certificates in as text.
 *
 * @throws SlipwayError `Slipway.InvalidInput` for what no worker could log in with; no message repeats a line of these files
 */
export const readCloudsFile = ({ entry, file, variables }: CloudsFileSource): Promise<OpenStackCloud> =>
  usable(() => readCloud({ cloud: entry, cloudsFile: file, env: variables }));

/**
 * Makes an entry of the OS_* variables, as an openrc file sets them.
 *
 * @throws SlipwayError `Slipway.InvalidInput` when OS_AUTH_URL is missing, or no worker could log in with the rest
 */
export async function readCloudVariables(variables: Variables): Promise<OpenStackCloud> {
  if (!variables['OS_AUTH_URL']) throw invalid('OS_AUTH_URL is not set: source your openrc file first');
  return usable(() => readCloud({ env: { ...variables, OS_CLOUD: undefined } }));
}

/** The entry, if the workers' client can be made of it. */
async function usable(read: () => Promise<CloudDescription>): Promise<OpenStackCloud> {
  try {
    const { entry, label } = await read();
    for (const file of ['cert', 'key']) {
      if (entry[file] !== undefined)
        throw invalid(`${label} uses a client certificate (${file}), which Slipway does not support`);
    }
    const parsed = cloudSchema.safeParse(entry);
    if (!parsed.success) throw invalid(`${label} has no usable auth.auth_url`);
    const { auth } = await cloudOptions(entry, label);
    checkCredential(auth);
    return parsed.data;
  } catch (error) {
    throw error instanceof OpenStackError ? invalid(error.message) : error;
  }
}

const invalid = (message: string): SlipwayError => new SlipwayError(FailureType.InvalidInput, message);
