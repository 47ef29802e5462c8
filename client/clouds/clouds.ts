import { z } from 'zod';
import { type CloudEntry, cloudEntrySchema, cloudPath, FailureType } from '../../model/index.ts';
import { type KvStore, VaultError } from '../../vault/index.ts';
import { parseRequest } from '../parse-request.ts';
import { SlipwayError } from '../slipway-error.ts';
import { toVaultFailure } from '../vault-failure.ts';

/** A cloud without its secrets. */
export interface CloudSummary {
  readonly name: string;
  readonly authUrl: string;
  readonly project?: string;
  readonly region?: string;
  readonly settings: CloudEntry['settings'];
}

/** The clouds that Slipway knows: entries in Vault. */
export interface CloudsApi {
  /** Adds a cloud, or replaces its credential and settings: workers take the change within a minute. */
  put(name: string, entry: z.input<typeof cloudEntrySchema>, signal?: AbortSignal): Promise<CloudSummary>;
  list(signal?: AbortSignal): Promise<CloudSummary[]>;
  /** @throws SlipwayError `Slipway.UnknownCloud` */
  get(name: string, signal?: AbortSignal): Promise<CloudSummary>;
  /** Forgets a cloud: its credential is removed from Vault, the cloud itself is not touched. @throws SlipwayError `Slipway.UnknownCloud` */
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

/** The clouds in Slipway's key/value mount. */
export class Clouds implements CloudsApi {
  readonly #kv: KvStore;

  constructor(kv: KvStore) {
    this.#kv = kv;
  }

  async put(name: string, entry: z.input<typeof cloudEntrySchema>, signal?: AbortSignal): Promise<CloudSummary> {
    const input = parseRequest(
      z.strictObject({ name: nameSchema, entry: cloudEntrySchema }),
      { name, entry },
      'add the cloud',
    );
    await translated(this.#kv.write(cloudPath(name), input.entry, signal));
    return summarise(name, input.entry);
  }

  async list(signal?: AbortSignal): Promise<CloudSummary[]> {
    const names = await translated(this.#kv.list(cloudPath('').replace(/\/$/, ''), signal));
    return Promise.all(names.filter((name) => !name.endsWith('/')).map((name) => this.get(name, signal)));
  }

  async get(name: string, signal?: AbortSignal): Promise<CloudSummary> {
    const entry = await translated(this.#kv.find(cloudPath(name), cloudEntrySchema, signal));
    if (entry === undefined) throw unknownCloud(name);
    return summarise(name, entry);
  }

  async remove(name: string, signal?: AbortSignal): Promise<void> {
    await this.get(name, signal);
    await translated(this.#kv.remove(cloudPath(name), signal));
  }
}

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

function unknownCloud(name: string): SlipwayError {
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
