import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ClusterSpecInput } from '../../model/index.ts';
import { SlipwayClient } from '../../client/index.ts';
import type { CliEnvironment, JsonResult, Session } from '../cli.ts';
import { followOperation } from '../commands/follow-operation.ts';
import { formatDuration } from '../output/duration.ts';
import { useCluster } from './demo-kubectl.ts';
import { startProcessGuard } from '../../local/process-guard.ts';
import { leftOver, SandboxAdmin } from '../../local/sandbox-admin.ts';
import type { MachineKind } from '../../local/sandbox-processes.ts';
import { startStack, type LocalStack } from '../../local/stack.ts';
import { showStackProgress } from '../output/stack-progress.ts';
import { stackEnvironment } from '../../local/state.ts';
import { findTool } from '../../local/tools.ts';

export interface DemoOptions {
  readonly machines: MachineKind;
  readonly latency: string;
  readonly workers: number;
  /** Keep everything running until the user interrupts. */
  readonly keep: boolean;
}

/** The demo's cluster: three control planes and three workers. */
const SPEC = {
  name: 'atlas',
  cloud: 'sandbox',
  controlPlane: { count: 3 },
  nodeGroups: [{ name: 'workers', count: 3 }],
} satisfies ClusterSpecInput;

/**
 * Starts a stack of its own, creates a cluster, uses it, deletes it, and removes everything again, whatever happens.
 */
export async function runDemo(options: DemoOptions, session: Session, cli: CliEnvironment): Promise<JsonResult> {
  const directory = await mkdtemp(join(tmpdir(), 'slipway-demo-'));
  const guard = startProcessGuard();
  const started = Date.now();
  let stack: LocalStack | undefined;
  let succeeded = false;
  try {
    session.print(session.style.bold('1. Start Temporal, Vault, an OpenStack sandbox and a worker'));
    const progress = showStackProgress(session.json ? cli.stderr : cli.stdout, session.style);
    const { machines, latency, workers } = options;
    const settings = { directory, persistent: false, machines, latency, workers, guard, onEvent: progress.onEvent };
    stack = await startStack(settings, session.signal).finally(progress.end);
    const stackSeconds = seconds(started);
    const figures = await demonstrate(stack, directory, options, session);
    succeeded = true;
    return { ...figures, stackSeconds };
  } finally {
    session.print(session.style.dim('Stopping everything…'));
    const problems = (await stack?.stop()) ?? [];
    guard.close();
    for (const problem of problems) session.note(problem.message);
    await clean(directory, succeeded, session);
  }
}

async function demonstrate(
  stack: LocalStack,
  directory: string,
  { keep }: DemoOptions,
  session: Session,
): Promise<JsonResult> {
  const { signal, style } = session;
  const heading = (text: string) => session.print(`\n${style.bold(text)}`);
  const sandbox = new SandboxAdmin(stack.endpoints.cloudUrl);
  const kubectl = findTool('kubectl', { signal });
  kubectl.catch(() => undefined); // Asked for below; meanwhile it may fail in peace.
  const [before, callsBefore] = await Promise.all([sandbox.inventory(signal), sandbox.calls(signal)]);
  await using client = await SlipwayClient.connect(stackEnvironment(stack.endpoints));
  const { clusters } = client;

  heading('2. Create a cluster: 3 control planes, 3 workers');
  const requested = Date.now();
  const creation = await clusters.create(SPEC, { signal });
  await followOperation(session, clusters, creation, { watch: true }, 'Creating the cluster');
  const readySeconds = seconds(requested);
  const openstackCalls = (await sandbox.calls(signal)) - callsBefore;
  const creationEvents = await clusters.historyEvents(SPEC.name, { signal });
  session.print(
    `Ready after ${formatDuration(readySeconds * 1000)}: ${openstackCalls} OpenStack calls, ${creationEvents.total} events of history.`,
  );

  heading('3. Use it');
  await useCluster(
    await kubectl,
    await clusters.kubeconfig(SPEC.name, { signal }),
    join(directory, 'kubeconfig'),
    (text) => session.print(text),
    signal,
  );
  if (keep) await waitForInterrupt(session, stack, directory);

  heading('4. Delete it');
  const deleteRequested = Date.now();
  const deletion = await clusters.delete(SPEC.name, { signal });
  await followOperation(session, clusters, deletion, { watch: true }, 'Deleting the cluster');
  const deleted = await deletion.result({ signal });
  const deleteSeconds = seconds(deleteRequested);
  const removed = Object.entries(deleted.removed).map(([type, count]) => `${count} ${type}`);
  const found = leftOver(before, await sandbox.inventory(signal));
  const left = deleted.left.length + found.length;
  session.print(`Removed ${removed.join(', ')}.`);
  session.print(
    `Slipway's closing sweep found ${deleted.left.length} left; the cloud itself knows of ${found.length}.`,
  );
  for (const resource of [...deleted.left, ...found]) {
    session.print(style.bad(`  left: ${resource.type} ${resource.name} (${resource.id})`));
  }
  const events = await clusters.historyEvents(SPEC.name, { signal });
  return {
    ok: left === 0,
    readySeconds,
    openstackCalls,
    historyEvents: creationEvents.total,
    left,
    deleteSeconds,
    totalOpenstackCalls: (await sandbox.calls(signal)) - callsBefore,
    totalHistoryEvents: events.total,
    largestHistory: events.largest,
  };
}

async function waitForInterrupt(session: Session, stack: LocalStack, directory: string): Promise<void> {
  session.print(`The cluster stays until you press Ctrl-C. In another terminal:
  export KUBECONFIG=${join(directory, 'kubeconfig')}
  kubectl get nodes
  Temporal's UI: ${stack.endpoints.temporalUi}`);
  await new Promise((_resolve, reject) => {
    session.signal.addEventListener('abort', () => reject(new Error('interrupted', { cause: session.signal.reason })));
  });
}

/** Removes what the stack wrote. After a failure its logs stay, and nothing else: there are keys beside them. */
async function clean(directory: string, succeeded: boolean, session: Session): Promise<void> {
  const entries = await readdir(directory);
  const keepLogs = !succeeded && entries.includes('logs') && !session.signal.aborted;
  for (const entry of entries) {
    if (!(keepLogs && entry === 'logs')) await rm(join(directory, entry), { recursive: true, force: true });
  }
  if (keepLogs) session.note(`The logs of every part are in ${join(directory, 'logs')}`);
  else await rm(directory, { recursive: true, force: true });
}

const seconds = (since: number): number => Math.round((Date.now() - since) / 100) / 10;
