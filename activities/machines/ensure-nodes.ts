import { ApplicationFailure, cancellationSignal } from '@temporalio/activity';
import { batchIndex, batchName, type ClusterSpec, FailureType } from '../../model/index.ts';
import type { VaultClient } from '../../vault/index.ts';
import { nodeUserData } from '../bootstrap/index.ts';
import { reportProgress } from '../lib/progress.ts';
import type { ClusterFacts } from '../cloud/pre-flight/pre-flight.ts';
import type { Clouds } from '../cloud/clouds.ts';
import { generationOfGroup } from './generations.ts';
import { keepBatches } from './batches.ts';
import { ensureNodePorts } from './node-ports.ts';
import { serverRequest } from './servers.ts';
import { ownResources } from '../cloud/own-resources.ts';
import { sawNone, type Survey } from '../cloud/survey-cluster.ts';

export interface EnsureNodesInput {
  readonly id: string;
  readonly spec: ClusterSpec;
  readonly facts: ClusterFacts;
  readonly group: string;
  /** How many machines the group shall have when this is done. */
  readonly count: number;
  readonly networkId: string;
  readonly securityGroupId: string;
  readonly serverGroupIds: Readonly<Record<string, string>>;
  readonly caCertHash: string;
  readonly vip: string;
  /**
   * Number of the first batch that this request may make. The same for every try of it, and higher than any that was
   * there before: so a try that follows a lost answer sees which batches arrived.
   */
  readonly firstBatch: number;
  /** Of these machines, when they are the first that are asked for since it. */
  readonly survey?: Survey | undefined;
}

/**
 * Nova writes every server of a batch to its database before it answers: so many times as long as an ordinary answer
 * may take.
 */
const BATCH_PATIENCE = 5;

/** Requests for one machine each that are under way at the same time. */
const SINGLE_REQUESTS_AT_ONCE = 8;

/**
 * Asks Nova for the machines of a group that are missing, many with each request. The names of a round's batches are
 * known before, so a try that follows a lost answer sees which batches arrived; were one to arrive later still,
 * `waitForServers` removes the doubles, which have the same names.
 */
export const ensureNodes =
  ({ clouds, vault }: { clouds: Clouds; vault: VaultClient }) =>
  async (input: EnsureNodesInput): Promise<void> => {
    const { id, spec, facts, group: name } = input;
    const group = spec.nodeGroups.find((one) => one.name === name);
    if (group === undefined)
      throw ApplicationFailure.nonRetryable(`there is no node group ${name}`, FailureType.InvalidInput);
    const cloud = await clouds.get(spec.cloud);
    const { settings, timeoutMs } = cloud;
    const resources = ownResources(cloud, id);
    const existing = sawNone(input.survey, 'server')
      ? []
      : (await resources.servers.list({ group: name })).map((server) => server.name);
    const own = facts.ownNetwork?.severalSubnets === true ? facts.ownNetwork : undefined;
    const perRequest = own === undefined ? settings.serversPerRequest : 1;
    const batches = missingBatches({ ...input, existing, perRequest });
    const last = batches.at(-1);
    if (last === undefined) return;
    await keepBatches(vault, id, name, batchIndex(id, name, last.name) + 1);

    const generation = generationOfGroup(spec, name, facts);
    const userData = await nodeUserData(vault, cancellationSignal(), {
      ...{ id, spec, group: name, generation },
      vip: input.vip,
      caCertHash: input.caCertHash,
    });
    const securityGroups = [input.securityGroupId, ...group.securityGroups];
    const ports =
      own === undefined
        ? undefined
        : await ensureNodePorts(resources, {
            ...{ id, group: name, networkId: own.networkId, subnetId: own.subnetId, securityGroups },
            wanted: batches.map((batch) => batch.name),
            existing,
          });
    let asked = 0;
    const ask = async (batch: Batch): Promise<void> => {
      const port = ports?.get(batch.name);
      const request = serverRequest({
        id,
        group: name,
        generation,
        name: batch.name,
        template: group,
        flavorId: facts.flavorIds[name] ?? '',
        imageId: facts.imageIds[name] ?? '',
        userData,
        networks: port === undefined ? [{ uuid: input.networkId }] : [{ port }],
        sshKey: spec.sshKey,
        availabilityZone: group.availabilityZone,
      });
      await resources.servers.create(
        {
          ...request,
          ...(port === undefined ? { security_groups: securityGroups.map((one) => ({ name: one })) } : {}),
          min_count: batch.size,
          max_count: batch.size,
        },
        { timeoutMs: BATCH_PATIENCE * timeoutMs, hints: { group: input.serverGroupIds[name] } },
      );
      asked += batch.size;
      reportProgress({ detail: `asked for ${asked} machines of ${name}`, done: asked, of: input.count });
    };
    const atOnce = ports === undefined ? 1 : SINGLE_REQUESTS_AT_ONCE;
    for (let first = 0; first < batches.length; first += atOnce)
      await Promise.all(batches.slice(first, first + atOnce).map(ask));
  };

interface Batch {
  readonly name: string;
  readonly size: number;
}

/**
 * The batches of this request that are not there. What it has to add is the group's size less the machines of earlier
 * requests, so it is the same number however often it is tried.
 */
function missingBatches(wanted: {
  readonly id: string;
  readonly group: string;
  readonly count: number;
  readonly firstBatch: number;
  readonly existing: readonly string[];
  readonly perRequest: number;
}): Batch[] {
  const { id, group, count, firstBatch, existing, perRequest } = wanted;
  const indexes = existing.map((machine) => batchIndex(id, group, machine));
  const arrived = new Set(indexes.filter((index) => index >= firstBatch));
  const need = count - indexes.filter((index) => !arrived.has(index)).length;
  const batches: Batch[] = [];
  for (let made = 0, index = firstBatch; made < need; made += perRequest, index++) {
    if (!arrived.has(index))
      batches.push({ name: batchName(id, group, index), size: Math.min(perRequest, need - made) });
  }
  return batches;
}
