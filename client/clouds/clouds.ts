import { z } from 'zod';
import { type CloudEntry, cloudEntrySchema, cloudPath, FailureType } from '../../model/index.ts';
import { type KvStore, VaultError } from '../../vault/index.ts';
import { parseRequest } from '../parse-request.ts';
import { SlipwayError } from '../slipway-error.ts';
import { toVaultFailure } from '../vault-failure.ts';
import { usableCloud } from './usable-cloud.ts';

/** A cloud without its secrets. Only the name is there when this token may write clouds but not read them. */
export interface CloudSummary {
  readonly name: string;
  readonly authUrl?: string;
  readonly project?: string;
  readonly region?: string;
  readonly settings?: CloudEntry['settings'];
}

/** The clouds that Slipway knows: entries in Vault. */
export interface CloudsApi {
  /**
   * Adds a cloud, or replaces its credential and settings: workers take the change within a minute.
   *
   * @throws SlipwayError `Slipway.InvalidInput` for an entry with which no worker could log in, such as one with an
   * `auth_type` that is not supported
   */
  put(name: string, entry: z.input<typeof cloudEntrySchema>, signal?: AbortSignal): Promise<CloudSummary>;
  list(signal?: AbortSignal): Promise<CloudSummary[]>;
  /** Whether there is a cloud of this name. */
  has(name: string, signal?: AbortSignal): Promise<boolean>;
  /**
   * Forgets a cloud: its credential is removed from Vault, the cloud itself is not touched. @throws SlipwayError
   * `Slipway.UnknownCloud`
   */
  remove(name: string, signal?: AbortSignal): Promise<void>;
}

const nameSchema = z
  .string()
  .max(40)
  .regex(
    /^[a-z]([-a-z0-9]*[a-z0-9])?$/,
    'must be lower-case letters, digits and "-", start with a letter and not end with "-"',
  );

/** Where in an entry the project may stand; names are not secret. */
const projectSchema = z.looseObject({ project_name: z.string().optional(), project_id: z.string().optional() });

/** What of Slipway's key/value mount the clouds need. */
export type CloudStore = Pick<KvStore, 'find' | 'list' | 'remove' | 'write'>;

/** The clouds in Slipway's key/value mount. */
export class Clouds implements CloudsApi {
  readonly #kv: CloudStore;

  constructor(kv: CloudStore) {
    this.#kv = kv;
  }

  async put(name: string, entry: z.input<typeof cloudEntrySchema>, signal?: AbortSignal): Promise<CloudSummary> {
    const input = parseRequest(
      z.strictObject({ name: nameSchema, entry: cloudEntrySchema }),
      { name, entry },
      'add the cloud',
    );
    await usableCloud(input.entry.cloud, `cloud ${name}`);
    await translated(this.#kv.write(cloudPath(name), input.entry, signal));
    return summarise(name, input.entry);
  }

  async list(signal?: AbortSignal): Promise<CloudSummary[]> {
    return Promise.all((await this.#names(signal)).map((name) => this.#summary(name, signal)));
  }

  async has(name: string, signal?: AbortSignal): Promise<boolean> {
    return (await this.#names(signal)).includes(name);
  }

  async remove(name: string, signal?: AbortSignal): Promise<void> {
    if (!(await this.has(name, signal))) throw unknownCloud(name);
    await translated(this.#kv.remove(cloudPath(name), signal));
  }

  async #names(signal?: AbortSignal): Promise<string[]> {
    const names = await translated(this.#kv.list(FOLDER, signal));
    return names.filter((name) => !name.endsWith('/'));
  }

  async #summary(name: string, signal?: AbortSignal): Promise<CloudSummary> {
    try {
      const entry = await this.#kv.find(cloudPath(name), cloudEntrySchema, signal);
      return entry === undefined ? { name } : summarise(name, entry);
    } catch (error) {
      if (error instanceof VaultError && error.kind === 'forbidden') return { name };
      throw error instanceof VaultError ? toVaultFailure(error) : error;
    }
  }
}

/** Where the clouds are, below the mount. */
const FOLDER = 'clouds';

function summarise(name: string, { cloud, settings }: CloudEntry): CloudSummary {
  const project = projectSchema.safeParse(cloud.auth).data;
  const projectName = project?.project_name ?? project?.project_id;
  const region = cloud['region_name'];
  return {
    name,
    authUrl: cloud.auth.auth_url,
    ...(projectName === undefined ? {} : { project: projectName }),
    ...(typeof region === 'string' ? { region } : {}),
    settings,
  };
}

/** The error for a cloud that is not in Vault. */
export function unknownCloud(name: string): SlipwayError {
  return new SlipwayError(
    FailureType.UnknownCloud,
    `There is no cloud "${name}" in Vault: "slipway cloud list" shows what there is, "slipway cloud add ${name} --os-cloud ENTRY" adds one`,
  );
}

async function translated<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    throw error instanceof VaultError ? toVaultFailure(error) : error;
  }
}
