import type { ClusterDescription } from '../../model/index.ts';

const HOW_TO_GO_ON = 'Signal `resume` or `abort` to the running workflow.';

/** A cluster's state for a person who looks at its workflow in the Temporal UI. */
export function clusterMarkdown(description: ClusterDescription): string {
  const { id, cloud, phase, spec, apiEndpoint, kubeconfigPath, running, queued, last } = description;
  const groups = spec.nodeGroups.map(({ name, count, flavor }) => `${name}: ${count} × ${flavor}`).join(', ');
  const rows: [string, string | undefined][] = [
    ['Cluster', `\`${id}\` on \`${cloud}\``],
    ['Phase', phase],
    ['Kubernetes', spec.kubernetes.version],
    ['Control plane', `${spec.controlPlane.count} × ${spec.controlPlane.flavor}`],
    ['Node groups', groups],
    ['API', apiEndpoint],
    ['Kubeconfig', kubeconfigPath === undefined ? undefined : `\`${kubeconfigPath}\` in Vault`],
    [
      'Running',
      running === undefined ? undefined : `${running.operation} (\`${running.workflowId}\`) since ${running.startedAt}`,
    ],
    ['Waits for a person', running?.attention && `${running.attention.reason}. ${HOW_TO_GO_ON}`],
    ['Waiting', queued.length === 0 ? undefined : queued.map(({ operation }) => operation).join(', ')],
    ['Last operation', last === undefined ? undefined : `${last.operation} ${last.outcome} at ${last.endedAt}`],
    ['Cause', last?.failure === undefined ? undefined : `${last.failure.type}: ${last.failure.message}`],
  ];
  const shown = rows.flatMap(([title, text]) => (text === undefined ? [] : [`| ${title} | ${text} |`]));
  return ['| | |', '|-|-|', ...shown].join('\n');
}
