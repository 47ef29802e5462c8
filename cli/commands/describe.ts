import type { Command } from 'commander';
import { type ClusterDescription, CONTROL_PLANE_GROUP, type EndedOperation, NO_GENERATION } from '../../model/index.ts';
import type { FoundCluster } from '../../client/cluster-reader.ts';
import type { ClusterSnapshot } from '../../client/cluster-snapshot.ts';
import { LOST_PHASE, type LostWorkflow } from '../../client/lost-workflow.ts';
import type { Cli, Session } from '../cli.ts';
import { ACCESS_COLUMNS, accessRows } from '../output/access-rows.ts';
import { ADDON_COLUMNS, addonRows } from '../output/addon-rows.ts';
import { formatAge, formatDuration } from '../output/duration.ts';
import { colourPhase } from '../output/phase.ts';
import { plain } from '../output/plain-text.ts';
import { formatFields, formatTable } from '../output/table.ts';
import { drawTree } from '../output/tree.ts';

/** `slipway describe`: what is known of one cluster. */
export function registerDescribe(program: Command, cli: Cli): void {
  const command = program.command('describe').description('show a cluster').argument('<name>', 'name of the cluster');
  command.action((name: string) =>
    cli.run(command, async (session) => {
      const { clusters } = await session.slipway();
      const snapshot = await clusters.describe(name, { signal: session.signal });
      printSnapshot(snapshot, session);
      return { ...snapshot };
    }),
  );
}

function printSnapshot(snapshot: ClusterSnapshot, session: Session): void {
  const { uiUrl, ...shown } = snapshot;
  const { description, operation } = shown;
  const { style } = session;
  const now = session.environment.now();
  session.show(formatFields(fields(description, uiUrl, session), style));
  if (description.lost !== undefined) session.show(`\n${adviceForLost(description)}`);
  session.show('');
  session.show(formatTable(['GROUP', 'MACHINES', 'FLAVOR', 'ZONE'], groups(description), style));
  const mixed = generations(description);
  if (mixed.length > 0) {
    session.show('');
    session.show(formatTable(['GROUP', 'GENERATION', 'MACHINES', 'KUBERNETES'], mixed, style));
  }
  const granted = accessRows(description.spec.access);
  if (granted.length > 0) {
    session.show('');
    session.show(formatTable(ACCESS_COLUMNS, granted, style));
  }
  const installed = addonRows(description);
  if (installed.length > 0) {
    session.show('');
    session.show(formatTable(ADDON_COLUMNS, installed, style));
  }
  if (operation === undefined) return;
  session.show('');
  session.show(drawTree(shown, { style, width: 100, now, frame: 0 }).join('\n'));
}

function fields(description: FoundCluster, uiUrl: string | undefined, session: Session): [string, string][] {
  const { name, id, phase, cloud, spec, createdAt, apiEndpoint, kubeconfigPath, last, queued, lost, running } =
    description;
  return [
    ['Name', name],
    ['Id', id],
    [
      'Phase',
      lost === undefined
        ? colourPhase(phase, session.style, running?.attention?.kind)
        : describeLost(lost, phase, session),
    ],
    ...(running?.attention === undefined
      ? []
      : [
          [
            'Waits for you',
            `${plain(running.attention.reason)} (slipway resume ${name}, or slipway abort ${name})`,
          ] satisfies [string, string],
        ]),
    ['Cloud', cloud],
    ['Kubernetes', spec.kubernetes.version],
    ['Created', `${createdAt} (${formatAge(createdAt, session.environment.now())} ago)`],
    ['API', apiEndpoint ?? '-'],
    ['Kubeconfig', kubeconfigPath === undefined ? '-' : `slipway kubeconfig ${name} (Vault: ${kubeconfigPath})`],
    ...spec.kubernetes.authentication.oidc.map(({ issuer }): [string, string] => ['Users from', issuer.url]),
    ...(uiUrl === undefined ? [] : [['Temporal', uiUrl] satisfies [string, string]]),
    ...(last === undefined ? [] : [['Last', describeLast(last)] satisfies [string, string]]),
    ...(queued.length === 0
      ? []
      : [['Waiting', queued.map(({ operation }) => operation).join(', ')] satisfies [string, string]]),
  ];
}

function describeLost({ status, at }: LostWorkflow, phase: string, { style }: Session): string {
  return `${colourPhase(LOST_PHASE, style)}: its workflow was ${status} at ${at}, when it was ${phase}`;
}

const adviceForLost = ({ name, id }: FoundCluster): string =>
  `What it has is still there. "slipway adopt ${name}" makes its workflow anew; "slipway delete --id ${id}" deletes it.`;

function describeLast({ operation, outcome, startedAt, endedAt, failure }: EndedOperation): string {
  const took = formatDuration(Date.parse(endedAt) - Date.parse(startedAt));
  return `${operation} ${outcome} after ${took}${failure === undefined ? '' : `: ${plain(failure.message)} [${failure.type}]`}`;
}

function groups({ spec, observed }: ClusterDescription): string[][] {
  const { controlPlane, nodeGroups } = spec;
  // What is wanted; where the last operation has seen something else, that too.
  const machines = (wanted: number, seen: number | undefined): string =>
    seen === undefined || seen === wanted ? `${wanted}` : `${wanted} (${seen} seen)`;
  return [
    [
      'control-plane',
      machines(controlPlane.count, observed?.controlPlane.count),
      controlPlane.flavor,
      controlPlane.availabilityZones.join(',') || '-',
    ],
    ...nodeGroups.map(({ name, count, flavor, availabilityZone }) => [
      name,
      machines(count, observed?.nodeGroups[name]?.count),
      flavor,
      availabilityZone ?? '-',
    ]),
  ];
}

/** Of each group whose machines are of several generations, those that were seen; the newest last. */
function generations({ spec, observed }: ClusterDescription): string[][] {
  if (observed === undefined) return [];
  const groups = [
    { name: CONTROL_PLANE_GROUP, seen: observed.controlPlane },
    ...spec.nodeGroups.map(({ name }) => ({ name, seen: observed.nodeGroups[name] })),
  ];
  return groups.flatMap(({ name, seen }) =>
    seen === undefined || seen.generations.length < 2
      ? []
      : seen.generations.map(({ generation, count, kubernetesVersion }) => [
          name,
          generation === NO_GENERATION ? 'unknown' : generation,
          `${count}`,
          kubernetesVersion,
        ]),
  );
}
