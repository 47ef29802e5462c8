import type { Client } from '@temporalio/client';
import { connectTemporal, ConfigurationError, type Environment, TemporalUnreachableError } from '../temporal/index.ts';
import { type CloudReport, TASK_QUEUE } from '../model/index.ts';
import { type VaultClient, VaultConfigError } from '../vault/index.ts';
import { type CheckCloudOptions, checkCloud } from './check-cloud.ts';
import { Clusters, type ClustersApi } from './clusters.ts';
import { ClusterReader } from './cluster-reader.ts';
import { clientConfiguration } from './configuration.ts';
import type { SecretReader } from './kubeconfig.ts';
import { ClientFailureType, SlipwayError } from './slipway-error.ts';
import { temporalUiBase } from './temporal-ui.ts';
import { TemporalService } from './temporal-service.ts';
import { optionalVault } from './vault-access.ts';

export interface SlipwayClientOptions {
  /** A connected client of Temporal, in the namespace of Slipway's workers and with their data converter. */
  readonly temporal: Client;
  /** Needed for kubeconfigs only. */
  readonly vault?: SecretReader | undefined;
  /** Task queue of Slipway's workers; `slipway` when absent. */
  readonly taskQueue?: string | undefined;
  /** Base of Temporal's web UI for links, for example `https://temporal.example.org`. */
  readonly uiUrl?: string | undefined;
  /** Temporal's address for messages. */
  readonly address?: string | undefined;
}

/** Slipway for other services: asks its workflows for clusters, follows them, reads their state. */
export class SlipwayClient implements AsyncDisposable {
  readonly clusters: ClustersApi;
  /** Temporal as this client uses it, for what this client does not offer. */
  readonly temporal: TemporalService;
  #ownVault: VaultClient | undefined;

  constructor({
    temporal,
    vault,
    taskQueue = TASK_QUEUE,
    uiUrl,
    address = 'the configured address',
  }: SlipwayClientOptions) {
    this.temporal = new TemporalService({ client: temporal, taskQueue, address });
    const reader = new ClusterReader(this.temporal);
    this.clusters = new Clusters(this.temporal, reader, vault, temporalUiBase(address, uiUrl));
  }

  /**
   * Connects as the environment says: Temporal's own variables and `temporal.toml` (TEMPORAL_ADDRESS,
   * TEMPORAL_NAMESPACE, TEMPORAL_API_KEY, TEMPORAL_PROFILE, …), VAULT_ADDR and VAULT_TOKEN, SLIPWAY_TASK_QUEUE,
   * SLIPWAY_TEMPORAL_UI.
   *
   * @throws SlipwayError `Client.TemporalUnreachable`, `Client.Configuration`
   */
  static async connect(environment?: Environment): Promise<SlipwayClient> {
    const { variables, taskQueue, temporalUi } = clientConfiguration(environment);
    try {
      const vault = optionalVault(variables);
      const { client, address } = await connectTemporal(variables, vault);
      const slipway = new SlipwayClient({ temporal: client, vault, taskQueue, address, uiUrl: temporalUi });
      slipway.#ownVault = vault;
      return slipway;
    } catch (error) {
      throw connectError(error);
    }
  }

  /** Looks at a cloud from where the workers run: credential, images, flavors, quotas, networks. Changes nothing. */
  checkCloud(cloud: string, options: CheckCloudOptions = {}): Promise<CloudReport> {
    return checkCloud(this.temporal, cloud, options);
  }

  /** Closes the connection to Temporal. A Vault client that was handed in is its owner's to close. */
  async close(): Promise<void> {
    await this.#ownVault?.close();
    await this.temporal.client.connection.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}

/** Any error of connecting as a {@link SlipwayError}. */
export function connectError(error: unknown): SlipwayError {
  if (error instanceof SlipwayError) return error;
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof TemporalUnreachableError) {
    return new SlipwayError(ClientFailureType.TemporalUnreachable, message, { cause: error });
  }
  if (error instanceof ConfigurationError || error instanceof VaultConfigError) {
    return new SlipwayError(ClientFailureType.Configuration, message, { cause: error });
  }
  return new SlipwayError(ClientFailureType.Unexpected, message, { cause: error });
}
