import { isGrpcServiceError } from '@temporalio/client';
import { type DoctorCheck, searchAttributes } from '../../model/index.ts';
import type { TemporalService } from '../temporal-service.ts';
import { attempt, failed, passed } from './check.ts';

/** Looks at Temporal's namespace, the search attributes and the workers, one after the other. */
export async function* checkTemporal(
  temporal: TemporalService,
  deploymentName: string,
  signal: AbortSignal,
): AsyncGenerator<DoctorCheck> {
  const namespace = await checkNamespace(temporal, signal);
  yield namespace;
  if (!namespace.ok) return;
  yield await checkSearchAttributes(temporal, signal);
  yield await checkWorkers(temporal, signal);
  yield await checkDeployment(temporal, deploymentName, signal);
}

function checkNamespace(temporal: TemporalService, signal: AbortSignal): Promise<DoctorCheck> {
  const subject = { id: 'temporal.namespace', title: 'Temporal namespace' };
  const { namespace } = temporal;
  const fix = `set TEMPORAL_NAMESPACE, or: temporal operator namespace create ${namespace}`;
  return attempt(subject, fix, async () => {
    const service = temporal.client.workflowService;
    const { config } = await temporal.call('look at the namespace', () => service.describeNamespace({ namespace }), {
      signal,
    });
    const seconds = Number(config?.workflowExecutionRetentionTtl?.seconds ?? 0);
    return passed(
      subject,
      `${namespace}${seconds > 0 ? `, keeps closed workflows for ${Math.round(seconds / 3600)} h` : ''}`,
    );
  });
}

function checkSearchAttributes(temporal: TemporalService, signal: AbortSignal): Promise<DoctorCheck> {
  const subject = { id: 'temporal.searchAttributes', title: 'Search attributes' };
  const { namespace } = temporal;
  const wanted = Object.values(searchAttributes);
  const options = wanted.map((name) => `--name ${name} --type Keyword`).join(' ');
  const fix = `temporal operator search-attribute create --namespace ${namespace} ${options}`;
  return attempt(subject, fix, async () => {
    const { operatorService } = temporal.client.connection;
    const { customAttributes } = await temporal.call(
      'list the search attributes',
      () => operatorService.listSearchAttributes({ namespace }),
      { signal },
    );
    const missing = wanted.filter((name) => !(name in customAttributes));
    if (missing.length === 0) return passed(subject, wanted.join(', '));
    return failed(subject, `missing: ${missing.join(', ')}; clusters cannot be created or listed`, fix);
  });
}

function checkWorkers(temporal: TemporalService, signal: AbortSignal): Promise<DoctorCheck> {
  const subject = { id: 'temporal.worker', title: 'Workers' };
  const { taskQueue } = temporal;
  const fix = 'start a worker: "slipway up" on this machine, or the worker of your installation';
  return attempt(subject, fix, async () => {
    const pollers = await temporal.pollers({ signal });
    if (pollers === 0) return failed(subject, `nobody polls task queue "${taskQueue}"`, fix);
    return passed(subject, `${pollers} polling task queue "${taskQueue}"`);
  });
}

/** Temporal's code for what is not there (grpc/grpc: doc/statuscodes.md). */
const NOT_FOUND: ReadonlySet<number> = new Set([5]);

function checkDeployment(temporal: TemporalService, deploymentName: string, signal: AbortSignal): Promise<DoctorCheck> {
  const subject = { id: 'temporal.deployment', title: 'Current build of the workers' };
  const { namespace } = temporal;
  const fix = `temporal worker deployment set-current-version --namespace ${namespace} --deployment-name ${deploymentName} --build-id BUILD`;
  return attempt(subject, fix, async () => {
    const deployment = await temporal.call(
      `look at worker deployment "${deploymentName}"`,
      () => describeDeployment(temporal, deploymentName),
      { signal },
    );
    if (deployment === undefined)
      return passed(subject, `there is no deployment "${deploymentName}": the workers are not versioned`);
    const current = deployment.routingConfig?.currentDeploymentVersion?.buildId;
    if (typeof current === 'string' && current !== '') return passed(subject, `${deploymentName}, build ${current}`);
    const builds = (deployment.versionSummaries ?? []).map(
      ({ deploymentVersion }) => deploymentVersion?.buildId ?? '?',
    );
    return failed(
      subject,
      `no build is current, so new operations start nowhere; known: ${builds.join(', ') || 'none'}`,
      fix,
    );
  });
}

async function describeDeployment(temporal: TemporalService, deploymentName: string) {
  const { namespace } = temporal;
  try {
    const { workflowService } = temporal.client;
    const { workerDeploymentInfo } = await workflowService.describeWorkerDeployment({ namespace, deploymentName });
    return workerDeploymentInfo ?? undefined;
  } catch (error) {
    if (isGrpcServiceError(error) && NOT_FOUND.has(error.code)) return undefined;
    throw error;
  }
}
