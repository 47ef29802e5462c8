import type { ClusterSpecInput, DoctorCheck } from '../../model/index.ts';
import { Clouds } from '../clouds/clouds.ts';
import { clientConfiguration } from '../configuration.ts';
import { connectError, SlipwayClient } from '../slipway-client.ts';
import { isSlipwayError } from '../slipway-error.ts';
import type { Environment } from '../../temporal/index.ts';
import type { VaultClient } from '../../vault/index.ts';
import { optionalVault } from '../vault-access.ts';
import { attempt, failed, failedWith, passed } from './check.ts';
import { checkTemporal } from './temporal-checks.ts';
import { checkVault } from './vault-checks.ts';

export interface ExamineOptions {
  /** The clouds to look at; every cloud in Vault when absent. */
  readonly clouds?: readonly string[] | undefined;
  /** A cluster that these clouds are to hold. */
  readonly spec?: ClusterSpecInput | undefined;
  readonly signal: AbortSignal;
}

/**
 * Looks at everything that Slipway needs and says what is missing: Temporal, the workers, Vault, and each cloud as the
 * workers see it. A check that needs one that failed is left out. Changes nothing.
 */
export async function* examine(environment: Environment, options: ExamineOptions): AsyncGenerator<DoctorCheck> {
  const { signal } = options;
  const vault = openVault(environment);
  const slipway = await connectSlipway(environment);
  try {
    yield slipway.check;
    if (slipway.client !== undefined) {
      yield* checkTemporal(slipway.client.temporal, clientConfiguration(environment).deploymentName, signal);
    }
    if (vault.client === undefined) yield vault.check;
    else yield* checkVault(vault.client, signal);
    yield* checkClouds(slipway.client, vault.client, options);
  } finally {
    await slipway.client?.close();
    await vault.client?.close();
  }
}

async function connectSlipway(environment: Environment): Promise<{ client?: SlipwayClient; check: DoctorCheck }> {
  const subject = { id: 'temporal.connection', title: 'Temporal' };
  try {
    const client = await SlipwayClient.connect(environment);
    return { client, check: passed(subject, client.temporal.address) };
  } catch (error) {
    const failure = connectError(error);
    return { check: failedWith(subject, failure, 'start Temporal, or set TEMPORAL_ADDRESS or TEMPORAL_PROFILE') };
  }
}

function openVault(environment: Environment): { client?: VaultClient | undefined; check: DoctorCheck } {
  const subject = { id: 'vault.server', title: 'Vault' };
  const fix = 'set VAULT_ADDR and VAULT_TOKEN (or SLIPWAY_VAULT_TOKEN_FILE)';
  try {
    return { client: optionalVault(environment), check: failed(subject, 'VAULT_ADDR is not set', fix) };
  } catch (error) {
    return { check: failedWith(subject, connectError(error), fix) };
  }
}

async function* checkClouds(
  slipway: SlipwayClient | undefined,
  vault: VaultClient | undefined,
  { clouds: wanted, spec, signal }: ExamineOptions,
): AsyncGenerator<DoctorCheck> {
  const names = wanted ?? (await knownClouds(vault, signal));
  if (names?.length === 0) {
    yield failed(
      { id: 'clouds', title: 'Clouds' },
      'there is none in Vault',
      'slipway cloud add NAME --os-cloud ENTRY',
    );
  }
  if (slipway === undefined || names === undefined) return;
  const workers = await slipway.temporal.pollers({ signal }).catch(() => 0);
  if (workers === 0) return;
  const told = new Set<string>();
  for (const name of names) {
    for await (const check of checkOneCloud(slipway, name, spec, signal)) {
      // Workers say with every cloud what is theirs: once is enough.
      const saying = `${check.id} ${check.ok}`;
      if (OF_WORKERS.has(check.id) && told.has(saying)) continue;
      told.add(saying);
      yield check;
    }
  }
  if (names.length > 0) yield await checkOrphans(slipway, wanted, signal);
}

/** Whether every cluster has a workflow that answers for it. */
function checkOrphans(
  slipway: SlipwayClient,
  clouds: readonly string[] | undefined,
  signal: AbortSignal,
): Promise<DoctorCheck> {
  const subject = { id: 'clusters.orphans', title: 'Clusters without a workflow' };
  const fix = 'slipway orphans lists them; slipway adopt NAME or slipway delete --id ID';
  return attempt(subject, fix, async () => {
    const { orphans, total, problems } = await slipway.clusters.findOrphans({ clouds, signal });
    if (total > 0) {
      const servers = orphans.reduce((sum, one) => sum + one.servers, 0);
      const some = orphans.slice(0, 5).map(({ id }) => id);
      return failed(subject, `${total} with ${servers} servers: ${some.join(', ')}${total > 5 ? ', …' : ''}`, fix);
    }
    // A cloud that cannot be reached has failed its own checks.
    return passed(
      subject,
      problems.length === 0 ? 'none' : `none; not looked at: ${problems.map(({ cloud }) => cloud).join(', ')}`,
    );
  });
}

/** Checks in a cloud's report that are about the worker which made it. */
const OF_WORKERS: ReadonlySet<string> = new Set(['vault.worker']);

async function* checkOneCloud(
  slipway: SlipwayClient,
  name: string,
  spec: ClusterSpecInput | undefined,
  signal: AbortSignal,
): AsyncGenerator<DoctorCheck> {
  const subject = { id: `cloud.${name}`, title: `Cloud ${name}` };
  let checks: readonly DoctorCheck[] = [];
  const reached = await attempt(
    subject,
    `slipway cloud add ${name} --os-cloud ENTRY replaces its credential`,
    async () => {
      ({ checks } = await slipway.checkCloud(name, { spec, signal }));
      return passed(subject, 'the workers reach it');
    },
  );
  if (!reached.ok) yield reached;
  for (const check of checks) {
    yield OF_WORKERS.has(check.id)
      ? check
      : { ...check, id: `${subject.id}.${check.id}`, title: `${name}: ${check.title}` };
  }
}

/** Undefined when Vault does not say: then the checks of Vault say why. */
async function knownClouds(vault: VaultClient | undefined, signal: AbortSignal): Promise<string[] | undefined> {
  if (vault === undefined) return undefined;
  try {
    return (await new Clouds(vault.kv).list(signal)).map(({ name }) => name);
  } catch (error) {
    if (isSlipwayError(error, 'Client.Aborted')) throw error;
    return undefined;
  }
}
