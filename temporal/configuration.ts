import { readFileSync } from 'node:fs';
import { loadClientConnectConfig } from '@temporalio/envconfig';
import type { NativeConnectionOptions } from '@temporalio/worker';
import { z } from 'zod';
import { ConfigurationError, onOff, parseEnvironment, wholeNumber } from './environment.ts';
import type { Environment } from './environment.ts';

/** What Slipway adds to Temporal's own variables. The keys are the names of the environment variables. */
export const temporalVariables = z.object({
  SLIPWAY_PAYLOAD_CODEC: onOff
    .prefault('off')
    .describe('Encrypt every payload and failure text that this process sends to Temporal; keys are in Vault'),
  SLIPWAY_TEMPORAL_CONNECT_TIMEOUT: wholeNumber(1, 600)
    .prefault('10')
    .describe('Seconds to wait for the first connection to Temporal'),
});

/** How a process reaches Temporal. */
export interface TemporalConfiguration {
  /** Address, TLS and API key, as Temporal's client and worker libraries both take them. */
  readonly connection: NativeConnectionOptions & { readonly address: string };
  readonly namespace: string;
  /** Whether payloads that leave this process are encrypted. */
  readonly codec: boolean;
  readonly connectTimeoutSeconds: number;
}

/**
 * Reads how to reach Temporal by its own conventions: `temporal.toml` (TEMPORAL_CONFIG_FILE, TEMPORAL_PROFILE) and the
 * variables TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE, TEMPORAL_API_KEY, TEMPORAL_TLS…, which win over the file.
 *
 * @throws ConfigurationError if a variable or the file is wrong.
 */
export function loadTemporalConfiguration(environment: Environment = process.env): TemporalConfiguration {
  const own = parseEnvironment(temporalVariables, environment);
  const { connectionOptions, namespace } = readProfile(environment);
  return {
    connection: { ...connectionOptions, address: connectionOptions.address ?? 'localhost:7233' },
    namespace: namespace ?? 'default',
    codec: own.SLIPWAY_PAYLOAD_CODEC,
    connectTimeoutSeconds: own.SLIPWAY_TEMPORAL_CONNECT_TIMEOUT,
  };
}

/** Whether the environment names a Vault. Clients need one for encrypted payloads only. */
export function vaultIsConfigured(environment: Environment = process.env): boolean {
  return (environment['VAULT_ADDR'] ?? '') !== '';
}

function readProfile(environment: Environment) {
  const present = Object.entries(environment).flatMap(([name, value]) =>
    value === undefined || value === '' ? [] : [[name, value] as const],
  );
  const variables = Object.fromEntries(present);
  const { TEMPORAL_CONFIG_FILE: file, TEMPORAL_PROFILE: profile } = variables;
  try {
    const disableFile = file !== undefined && isEmptyFile(file);
    if (disableFile && profile !== undefined) throw new Error(`Profile '${profile}' not found in ${file}`);
    return loadClientConnectConfig({ overrideEnvVars: variables, disableFile });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new ConfigurationError(
      `Temporal's configuration (temporal.toml, TEMPORAL_… variables) is not usable: ${reason}`,
    );
  }
}

/**
 * `TEMPORAL_CONFIG_FILE=/dev/null` is the usual way to have no file; the library (1.24) fails on a file without
 * profiles.
 */
const isEmptyFile = (path: string): boolean => readFileSync(path, 'utf8').trim() === '';
