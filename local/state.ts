import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { localConfig } from './config.ts';
import { isAlive } from './process-identity.ts';

const processSchema = z.object({
  title: z.string(),
  pid: z.int().positive(),
  /** Tells this process apart from a later one with the same pid. */
  started: z.string(),
  logFile: z.string(),
  /** Milliseconds it gets to end by itself. */
  grace: z.number(),
});

const endpointsSchema = z.object({
  /** `host:port` of Temporal's gRPC. */
  temporalAddress: z.string(),
  temporalUi: z.string(),
  vaultAddress: z.string(),
  /** File with the token of the command line. */
  vaultTokenFile: z.string(),
  /** File with the token of workers. */
  workerTokenFile: z.string(),
  /** The sandbox cloud's base URL. */
  cloudUrl: z.string(),
  /** clouds.yaml with the entries `sandbox` and `sandbox-admin`. */
  cloudsFile: z.string(),
});

const stateSchema = z.object({
  version: z.literal(1),
  startedAt: z.string(),
  /** What its cloud is. */
  cloud: z.enum(['emulator', 'openstack']).default('emulator'),
  endpoints: endpointsSchema,
  /** In the order in which they were started. */
  processes: z.array(processSchema),
});

/** How to reach the parts of a local stack. */
export type LocalEndpoints = z.output<typeof endpointsSchema>;
/** What `slipway up` left running, as it is kept in the state directory. */
export type LocalStackState = z.output<typeof stateSchema>;
/** One of its processes. */
export type LocalProcess = z.output<typeof processSchema>;

const stateFile = (directory: string): string => join(directory, 'stack.json');

/**
 * What `slipway up` started last, whether it still runs or not; undefined when there is nothing, or nothing that can be
 * read.
 */
export async function readState(directory = localConfig().stateDirectory): Promise<LocalStackState | undefined> {
  const text = await readFile(stateFile(directory), 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  try {
    return stateSchema.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}

/** The stack that `slipway up` left running: undefined unless every process of it still runs. */
export async function readLocalStack(directory?: string): Promise<LocalStackState | undefined> {
  const state = await readState(directory);
  return state?.processes.every(isAlive) === true ? state : undefined;
}

/** Keeps the state for later commands; whole or not at all. */
export async function writeState(state: LocalStackState, directory = localConfig().stateDirectory): Promise<void> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const file = stateFile(directory);
  await writeFile(`${file}.new`, `${JSON.stringify(state, null, 2)}\n`, { mode: 0o600 });
  await rename(`${file}.new`, file);
}

/** Forgets the state. */
export async function removeState(directory = localConfig().stateDirectory): Promise<void> {
  await rm(stateFile(directory), { force: true });
}

/** What Slipway's own processes need to know: not the cloud, which they find in Vault. */
export type SlipwayEndpoints = Omit<LocalEndpoints, 'cloudUrl' | 'cloudsFile'>;

/**
 * The variables by which Slipway's processes and commands find a local stack's Temporal and Vault. They hold no secret.
 */
export function stackEnvironment(endpoints: SlipwayEndpoints): Record<string, string> {
  return {
    TEMPORAL_ADDRESS: endpoints.temporalAddress,
    TEMPORAL_NAMESPACE: 'default',
    // Not the user's own profile, whose TLS settings or API key belong to another server.
    TEMPORAL_CONFIG_FILE: '/dev/null',
    SLIPWAY_TEMPORAL_UI: endpoints.temporalUi,
    VAULT_ADDR: endpoints.vaultAddress,
    SLIPWAY_VAULT_TOKEN_FILE: endpoints.vaultTokenFile,
  };
}

/** Like {@link stackEnvironment}, with what the `openstack` command needs to look at the sandbox cloud. */
export function shellEnvironment(endpoints: LocalEndpoints): Record<string, string> {
  return { ...stackEnvironment(endpoints), OS_CLIENT_CONFIG_FILE: endpoints.cloudsFile, OS_CLOUD: 'sandbox' };
}

/**
 * The environment for a command: as it is when it names Temporal or Vault, otherwise completed with the stack that
 * `slipway up` left running, so that the other commands find it without any variable.
 */
export async function withLocalStack(
  environment: Readonly<Record<string, string | undefined>>,
  directory?: string,
): Promise<Readonly<Record<string, string | undefined>>> {
  if (Object.entries(environment).some(([name, value]) => /^(TEMPORAL|VAULT)_/.test(name) && value)) return environment;
  const state = await readLocalStack(directory);
  return state === undefined ? environment : { ...environment, ...stackEnvironment(state.endpoints) };
}
