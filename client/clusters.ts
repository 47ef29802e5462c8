import {
  type AddonsLook,
  type AdoptClusterResult,
  type applyAccessSchema,
  type applyAddonsSchema,
  type ClusterSpecInput,
  clusterSpecSchema,
  clusterWorkflowId,
  declarationOf,
  deleteClusterSchema,
  type OperationName,
  type OperationResult,
  type operations,
  type OrphanReport,
  type resizeNodeGroupSchema,
  resultSchemaOf,
  type RunningOperation,
} from '../model/index.ts';
import { z } from 'zod';
import type { ClusterReader, FoundCluster } from './cluster-reader.ts';
import type { ClusterSnapshot } from './cluster-snapshot.ts';
import { type ClusterSummary, listClusters, type ListFilter } from './cluster-list.ts';
import { countHistoryEvents, type HistoryEvents, type HistoryEventsOptions } from './history-events.ts';
import { readKubeconfig, type SecretReader } from './kubeconfig.ts';
import { adoptCluster, type AdoptOptions, findOrphans, type OrphanOptions } from './lost-clusters.ts';
import { type AddonsLookOptions, lookAtAddons } from './look-at-addons.ts';
import { type OperationHandle, waitForResult } from './operation-handle.ts';
import { parseRequest } from './parse-request.ts';
import { type ClusterPlan, planCluster } from './plan-cluster.ts';
import { createRequestId, deleteRequestId, operationRequestId } from './request-ids.ts';
import { type Steering, steerOperation } from './steer-operation.ts';
import { workflowLink } from './temporal-ui.ts';
import type { TemporalService } from './temporal-service.ts';
import { watchCluster, type WatchOptions } from './watch-cluster.ts';

export interface RequestOptions {
  readonly signal?: AbortSignal | undefined;
}

export interface CreateOptions extends RequestOptions {
  /**
   * Makes this request the same as an earlier one with this id, and another than every other; at most 100 characters.
   */
  readonly requestId?: string | undefined;
}

/** The operations on a living cluster. */
export type LaterOperation = Exclude<OperationName, 'createCluster' | 'deleteCluster'>;

export interface DeleteOptions extends RequestOptions {
  /** The cluster with this id and no other of its name; also one that has lost its workflow. */
  readonly id?: string | undefined;
  /** With an id: the cloud of a cluster of which neither Temporal nor Vault knows anything. */
  readonly cloud?: string | undefined;
  /** Forget the cluster even if something of it cannot be removed. */
  readonly abandon?: boolean | undefined;
}

/** Everything that can be asked of clusters. Each method makes a few short requests and throws SlipwayErrors only. */
export interface ClustersApi {
  /**
   * Asks for a cluster and returns as soon as Temporal has the request. The same spec asked for again meets the first
   * request.
   *
   * @throws SlipwayError `Slipway.InvalidInput`, and nothing was started; `Client.NoWorker`, and nothing was started
   */
  create(spec: ClusterSpecInput, options?: CreateOptions): Promise<OperationHandle<'createCluster'>>;
  /** Asks for a cluster's deletion. @throws SlipwayError `Slipway.ClusterNotFound` */
  delete(name: string, options?: DeleteOptions): Promise<OperationHandle<'deleteCluster'>>;
  /**
   * Asks for any operation on a cluster by its declaration. Not for `createCluster` and `deleteCluster`, whose requests
   * have ids of their own kind.
   *
   * @param input - with the cluster's `name`
   * @throws SlipwayError `Slipway.InvalidInput`, and nothing was started; `Slipway.ClusterNotFound`
   */
  run<N extends LaterOperation>(
    operation: N,
    input: z.input<(typeof operations)[N]['schema']>,
    options?: CreateOptions,
  ): Promise<OperationHandle<N>>;
  /** Makes a node group larger or smaller. As `run('resizeNodeGroup', input)`. */
  resizeNodeGroup(
    input: z.input<typeof resizeNodeGroupSchema>,
    options?: CreateOptions,
  ): Promise<OperationHandle<'resizeNodeGroup'>>;
  /** Makes what users and groups may do that of the input. As `run('applyAccess', input)`. */
  applyAccess(
    input: z.input<typeof applyAccessSchema>,
    options?: CreateOptions,
  ): Promise<OperationHandle<'applyAccess'>>;
  /** Makes a cluster's addons those of the input. As `run('applyAddons', input)`. */
  applyAddons(
    input: z.input<typeof applyAddonsSchema>,
    options?: CreateOptions,
  ): Promise<OperationHandle<'applyAddons'>>;
  /**
   * How the addons of a cluster are, asked of the cluster itself, and what each would change. Changes nothing.
   *
   * @throws SlipwayError `Slipway.ClusterNotFound`; `Slipway.InvalidInput`; `Kubernetes.…` and `Addon.…`
   */
  lookAtAddons(name: string, options?: AddonsLookOptions): Promise<AddonsLook>;
  /**
   * Has the running operation of a cluster wait at its next safe point. It waits for three days at most.
   *
   * @throws SlipwayError `Slipway.NotAdmitted` when nothing runs, or nothing that is pausable
   */
  pause(name: string, options?: RequestOptions): Promise<RunningOperation>;
  /** Lets an operation go on that was paused, or that waits for a person. Fails as {@link pause}. */
  resume(name: string, options?: RequestOptions): Promise<RunningOperation>;
  /** Ends the running operation as cancelled: what it has left half done it takes back. Fails as {@link pause}. */
  abort(name: string, options?: RequestOptions): Promise<RunningOperation>;
  /**
   * Makes the workflow of a cluster anew that was terminated, or lost with Temporal's database. Refused while one
   * answers for it.
   *
   * @throws SlipwayError `Slipway.ClusterNotFound`, `Slipway.ClusterLost`, `Slipway.NotAdmitted`
   */
  adopt(name: string, options?: AdoptOptions): Promise<AdoptClusterResult>;
  /**
   * Everything in the clouds and in Vault that is a cluster's and that no running workflow answers for. Changes
   * nothing.
   */
  findOrphans(options?: OrphanOptions): Promise<OrphanReport>;
  /** The cluster's description; undefined when there is none, or no longer. */
  get(name: string, options?: RequestOptions): Promise<FoundCluster | undefined>;
  /** The cluster with the progress of what runs and its link. @throws SlipwayError `Slipway.ClusterNotFound` */
  describe(name: string, options?: RequestOptions): Promise<ClusterSnapshot>;
  /** Clusters that are there, by Temporal's visibility; a phase may be a second old. */
  list(filter?: ListFilter): AsyncIterable<ClusterSummary>;
  /** Snapshots until the running operation ends; at least one. @throws SlipwayError `Slipway.ClusterNotFound` */
  watch(name: string, options?: WatchOptions): AsyncIterable<ClusterSnapshot>;
  /** What `create` would make; asks nobody. @throws SlipwayError `Slipway.InvalidInput` */
  plan(spec: ClusterSpecInput): ClusterPlan;
  /** The administrator's kubeconfig, from Vault: a secret. @throws SlipwayError `Client.NoVault`, `Vault.…` */
  kubeconfig(name: string, options?: RequestOptions): Promise<string>;
  /** How many history events a cluster cost, also after it was deleted. */
  historyEvents(name: string, options?: HistoryEventsOptions): Promise<HistoryEvents>;
}

const namedSchema = z.looseObject({ name: z.string() });

/** Clusters over Temporal and Vault. */
export class Clusters implements ClustersApi {
  readonly #temporal: TemporalService;
  readonly #reader: ClusterReader;
  readonly #vault: SecretReader | undefined;
  readonly #uiBase: string | undefined;

  constructor(
    temporal: TemporalService,
    reader: ClusterReader,
    vault: SecretReader | undefined,
    uiBase: string | undefined,
  ) {
    this.#temporal = temporal;
    this.#reader = reader;
    this.#vault = vault;
    this.#uiBase = uiBase;
  }

  async create(input: ClusterSpecInput, options: CreateOptions = {}): Promise<OperationHandle<'createCluster'>> {
    const spec = parseRequest(clusterSpecSchema, input, 'create the cluster');
    const { controlPlane, nodeGroups, kubernetes } = spec;
    const nodes = nodeGroups.map(({ name, count }) => `${count} ${name}`).join(', ');
    return this.#request({
      operation: 'createCluster',
      name: spec.name,
      workflowId: createRequestId(input, options.requestId?.slice(0, 100)),
      input,
      details: `Kubernetes ${kubernetes.version} on cloud ${spec.cloud}: ${controlPlane.count} control planes${nodes === '' ? '' : `, ${nodes}`}`,
      signal: options.signal,
    });
  }

  async delete(name: string, options: DeleteOptions = {}): Promise<OperationHandle<'deleteCluster'>> {
    const { id: wanted, cloud } = options;
    const given = {
      ...{ name, ...(wanted === undefined ? {} : { id: wanted }), ...(cloud === undefined ? {} : { cloud }) },
      ...(options.abandon === true ? { abandon: true } : {}),
    };
    parseRequest(deleteClusterSchema, given, 'delete the cluster');
    // With the id: the same request run again later never meets a younger cluster of that name.
    const id = wanted ?? (await this.#reader.clusterId(name, options));
    const input = { ...given, id };
    return this.#request({
      operation: 'deleteCluster',
      name,
      workflowId: deleteRequestId(name, id, options.abandon === true),
      input,
      details: options.abandon === true ? 'What cannot be removed is left behind' : 'Removes everything of the cluster',
      signal: options.signal,
    });
  }

  async run<N extends LaterOperation>(
    operation: N,
    input: z.input<(typeof operations)[N]['schema']>,
    { requestId, signal }: CreateOptions = {},
  ): Promise<OperationHandle<N>> {
    const { schema, verb, summary } = declarationOf(operation);
    const { name } = namedSchema.parse(parseRequest(schema, input, `${verb} the cluster`));
    // With the id: the same request run again later never meets a younger cluster of that name.
    const id = await this.#reader.clusterId(name, { signal });
    return this.#request({
      ...{ operation, name, signal, details: summary },
      workflowId: operationRequestId(operation, name, requestId?.slice(0, 100)),
      input: { id, ...(input as object) },
    });
  }

  resizeNodeGroup(
    input: z.input<typeof resizeNodeGroupSchema>,
    options: CreateOptions = {},
  ): Promise<OperationHandle<'resizeNodeGroup'>> {
    return this.run('resizeNodeGroup', input, options);
  }

  applyAccess(
    input: z.input<typeof applyAccessSchema>,
    options: CreateOptions = {},
  ): Promise<OperationHandle<'applyAccess'>> {
    return this.run('applyAccess', input, options);
  }

  applyAddons(
    input: z.input<typeof applyAddonsSchema>,
    options: CreateOptions = {},
  ): Promise<OperationHandle<'applyAddons'>> {
    return this.run('applyAddons', input, options);
  }

  async lookAtAddons(name: string, options: AddonsLookOptions = {}): Promise<AddonsLook> {
    return lookAtAddons(this.#temporal, await this.#reader.get(name, options), options);
  }

  pause(name: string, options: RequestOptions = {}): Promise<RunningOperation> {
    return this.#steer(name, 'pause', options);
  }

  resume(name: string, options: RequestOptions = {}): Promise<RunningOperation> {
    return this.#steer(name, 'resume', options);
  }

  abort(name: string, options: RequestOptions = {}): Promise<RunningOperation> {
    return this.#steer(name, 'abort', options);
  }

  #steer(name: string, steering: Steering, options: RequestOptions): Promise<RunningOperation> {
    return steerOperation({ temporal: this.#temporal, reader: this.#reader }, name, steering, options);
  }

  adopt(name: string, options: AdoptOptions = {}): Promise<AdoptClusterResult> {
    return adoptCluster(this.#temporal, name, options);
  }

  findOrphans(options: OrphanOptions = {}): Promise<OrphanReport> {
    return findOrphans(this.#temporal, options);
  }

  async get(name: string, options: RequestOptions = {}): Promise<FoundCluster | undefined> {
    const description = await this.#reader.find(name, options);
    return description?.phase === 'Deleted' ? undefined : description;
  }

  async describe(name: string, options: RequestOptions = {}): Promise<ClusterSnapshot> {
    const description = await this.#reader.get(name, options);
    const { running } = description;
    const uiUrl = this.#link(clusterWorkflowId(name));
    const progress = running === undefined ? undefined : await this.#reader.progress(running, true, options);
    return {
      description,
      ...(uiUrl === undefined ? {} : { uiUrl }),
      ...(running === undefined ? {} : { operation: running }),
      ...(progress === undefined ? {} : { progress }),
    };
  }

  list(filter: ListFilter = {}): AsyncIterable<ClusterSummary> {
    return listClusters(this.#temporal, filter);
  }

  watch(name: string, options: WatchOptions = {}): AsyncIterable<ClusterSnapshot> {
    return watchCluster(this.#reader, name, (workflowId) => this.#link(workflowId), options);
  }

  plan(spec: ClusterSpecInput): ClusterPlan {
    return planCluster(spec);
  }

  async kubeconfig(name: string, options: RequestOptions = {}): Promise<string> {
    return readKubeconfig(this.#vault, await this.#reader.get(name, options), options.signal);
  }

  historyEvents(name: string, options: HistoryEventsOptions = {}): Promise<HistoryEvents> {
    return countHistoryEvents(this.#temporal, name, options);
  }

  async #request<N extends OperationName>(request: {
    readonly operation: N;
    readonly name: string;
    readonly workflowId: string;
    /** Sent as it was given: the workflow applies the defaults, so that they are written once. */
    readonly input: unknown;
    readonly details: string;
    readonly signal: AbortSignal | undefined;
  }): Promise<OperationHandle<N>> {
    const { operation, name, workflowId, signal } = request;
    const what = `${declarationOf(operation).verb} cluster ${name}`;
    await this.#temporal.requireWorker(what, signal);
    const started = await this.#temporal.call(
      what,
      () =>
        this.#temporal.client.workflow.start<(input: unknown) => Promise<unknown>>(operation, {
          workflowId,
          taskQueue: this.#temporal.taskQueue,
          args: [request.input],
          workflowIdConflictPolicy: 'USE_EXISTING',
          workflowIdReusePolicy: 'ALLOW_DUPLICATE',
          staticSummary: `${declarationOf(operation).title}: ${name}`,
          staticDetails: request.details,
        }),
      { signal, workflowId },
    );
    const uiUrl = this.#link(workflowId);
    return {
      operation,
      name,
      workflowId,
      ...(uiUrl === undefined ? {} : { uiUrl }),
      result: (options) =>
        waitForResult<OperationResult<N>>(
          this.#temporal,
          { what, workflowId, runId: started.firstExecutionRunId, schema: resultSchemaOf(operation) },
          options,
        ),
    };
  }

  #link(workflowId: string): string | undefined {
    return this.#uiBase === undefined ? undefined : workflowLink(this.#uiBase, this.#temporal.namespace, workflowId);
  }
}
