import { createConnection } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { Client, Connection } from '@temporalio/client';
import type { DataConverter } from '@temporalio/common';
import { vaultFromEnvironment } from '../vault/index.ts';
import type { VaultClient } from '../vault/index.ts';
import { loadTemporalConfiguration, vaultIsConfigured } from './configuration.ts';
import type { TemporalConfiguration } from './configuration.ts';
import { loadDataConverter } from './data-converter.ts';
import type { Environment } from './environment.ts';

/** A connected client of Temporal. Close it with `connection.close()`. */
export interface TemporalAccess {
  readonly connection: Connection;
  readonly client: Client;
  readonly namespace: string;
  /** `host:port`, for messages. */
  readonly address: string;
  readonly dataConverter: DataConverter;
}

/** Temporal did not answer, or did not let us in; the message says where it was looked for and what to do. */
export class TemporalUnreachableError extends Error {
  override readonly name = 'TemporalUnreachableError';
}

/**
 * Connects a client, with the payload codec as the environment says.
 *
 * @param environment the process's own when absent.
 * @param vault where the codec's keys are; when absent, the Vault of the environment, if it names one.
 * @throws ConfigurationError if the environment is wrong; TemporalUnreachableError if Temporal does not answer in time.
 */
export async function connectTemporal(environment?: Environment, vault?: VaultClient): Promise<TemporalAccess> {
  const configuration = loadTemporalConfiguration(environment);
  const { namespace, codec } = configuration;
  const { address } = configuration.connection;
  const keys = vault ?? (vaultIsConfigured(environment) ? vaultFromEnvironment(environment) : undefined);
  const dataConverter = loadDataConverter(keys, codec);
  const connection = await connectClient(configuration);
  return {
    connection,
    client: new Client({ connection, namespace, dataConverter }),
    namespace,
    address,
    dataConverter,
  };
}

/** Whether it is this machine's: grpc-js would ask the proxy of `https_proxy` and `http_proxy` for it, too. */
const isLocal = (address: string): boolean => /^(localhost|127(\.\d+){3}|\[::1\])(:\d+)?$/i.test(address);

async function connectClient(configuration: TemporalConfiguration): Promise<Connection> {
  const { address, tls, metadata, apiKey } = configuration.connection;
  try {
    return await Connection.connect({
      address,
      ...(tls === undefined ? {} : { tls }),
      ...(metadata === undefined ? {} : { metadata }),
      ...(apiKey === undefined ? {} : { apiKey }),
      ...(isLocal(address) ? { channelArgs: { 'grpc.enable_http_proxy': 0 } } : {}),
      connectTimeout: configuration.connectTimeoutSeconds * 1000,
    });
  } catch (error) {
    throw await unreachable(configuration, error);
  }
}

/**
 * Runs `connect` until it succeeds or the configuration's deadline is over: a worker may be started together with
 * Temporal.
 *
 * @throws TemporalUnreachableError with the last reason.
 */
export async function connectWithin<T>(configuration: TemporalConfiguration, connect: () => Promise<T>): Promise<T> {
  const deadline = Date.now() + configuration.connectTimeoutSeconds * 1000;
  for (;;) {
    const remaining = deadline - Date.now();
    try {
      return await within(Math.max(remaining, 1), connect());
    } catch (error) {
      if (remaining <= RETRY_MS) throw await unreachable(configuration, error);
      await delay(RETRY_MS);
    }
  }
}

const RETRY_MS = 500;
const PROBE_MS = 1_000;

async function within<T>(milliseconds: number, work: Promise<T>): Promise<T> {
  const stop = new AbortController();
  const late = delay(milliseconds, undefined, { signal: stop.signal, ref: false }).then(() => {
    throw new Error('no answer in time');
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    stop.abort();
  }
}

async function unreachable(configuration: TemporalConfiguration, error: unknown): Promise<TemporalUnreachableError> {
  const { address, tls } = configuration.connection;
  const found = await probe(address);
  const reason = found ?? (error instanceof Error ? error.message : String(error));
  const hint =
    found === undefined
      ? `something listens there: is it Temporal, and ${tls ? 'does it take TLS and these credentials' : 'without TLS'}?`
      : 'is `slipway up` running? TEMPORAL_ADDRESS or TEMPORAL_PROFILE name another Temporal.';
  return new TemporalUnreachableError(`cannot reach Temporal at ${address}: ${reason}; ${hint}`, { cause: error });
}

/** Why a plain TCP connection fails, in words; undefined if it succeeds. gRPC itself only says that it was too late. */
async function probe(address: string): Promise<string | undefined> {
  const at = address.lastIndexOf(':');
  const [host, port] = [address.slice(0, at).replace(/^\[|\]$/g, ''), Number(address.slice(at + 1))];
  if (at < 1 || !Number.isInteger(port) || port < 1 || port > 65_535) return 'the address is not host:port';
  return new Promise((resolve) => {
    const socket = createConnection({ host, port, timeout: PROBE_MS });
    const end = (reason: string | undefined) => {
      socket.destroy();
      resolve(reason);
    };
    socket.once('connect', () => end(undefined));
    socket.once('timeout', () => end('no answer'));
    socket.once('error', (error: NodeJS.ErrnoException) => end(CONNECT_ERRORS[error.code ?? ''] ?? error.message));
  });
}

const CONNECT_ERRORS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'connection refused',
  ENOTFOUND: 'the host name is not known',
  EAI_AGAIN: 'the host name cannot be resolved now',
  EHOSTUNREACH: 'no route to the host',
};
