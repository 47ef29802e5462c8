import { checkCredential, cloudOptions, OpenStackError } from 'openstack-client-ts';
import { z } from 'zod';
import { FailureType } from '../../model/index.ts';
import { SlipwayError } from '../slipway-error.ts';

/** One entry of clouds.yaml with its secrets; nothing in it names a file of this machine. */
export type OpenStackCloud = { auth: { auth_url: string; [key: string]: unknown }; [key: string]: unknown };

const cloudSchema = z.looseObject({ auth: z.looseObject({ auth_url: z.url() }) });

/**
 * The entry, if the workers' client can be made of it and can try to log in. Asked at every door by which an entry
 * comes.
 *
 * @param label what messages call the entry
 * @throws SlipwayError `Slipway.InvalidInput`; no message repeats a value of the entry's `auth`
 */
export async function usableCloud(entry: Readonly<Record<string, unknown>>, label: string): Promise<OpenStackCloud> {
  for (const file of ['cert', 'key']) {
    if (entry[file] !== undefined)
      throw invalidCloud(`${label} uses a client certificate (${file}), which Slipway does not support`);
  }
  const { cacert } = entry;
  if (typeof cacert === 'string' && cacert !== '' && !cacert.includes('-----BEGIN ')) {
    throw invalidCloud(
      `${label}: cacert is not the text of a certificate (PEM): workers do not have this machine’s files`,
    );
  }
  const parsed = cloudSchema.safeParse(entry);
  if (!parsed.success) throw invalidCloud(`${label} has no usable auth.auth_url`);
  try {
    const { auth } = await cloudOptions(entry, label);
    checkCredential(auth);
  } catch (error) {
    throw error instanceof OpenStackError ? invalidCloud(error.message) : error;
  }
  return parsed.data;
}

/** The error for an entry that no worker could use. */
export const invalidCloud = (message: string): SlipwayError => new SlipwayError(FailureType.InvalidInput, message);
