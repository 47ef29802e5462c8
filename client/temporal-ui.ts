/**
 * Links into Temporal's web UI. The base is configured (`SLIPWAY_TEMPORAL_UI`), else it is Temporal Cloud's for a
 * Temporal Cloud address and the development server's port 8233 for a development server; for any other installation it
 * is not known.
 */
export function temporalUiBase(address: string, configured?: string): string | undefined {
  if (configured !== undefined && configured !== '') return configured.replace(/\/+$/, '');
  const [, host = '', port = ''] = /^(.*?)(?::(\d+))?$/.exec(address) ?? [];
  if (/\.(tmprl\.cloud|temporal\.io)$/.test(host)) return 'https://cloud.temporal.io';
  if (/^(127(\.\d+){3}|localhost|\[::1\])$/.test(host) && port === '7233') return `http://${host}:8233`;
  return undefined;
}

/** The UI's page of a workflow's latest run. */
export function workflowLink(base: string, namespace: string, workflowId: string): string {
  return `${base}/namespaces/${encodeURIComponent(namespace)}/workflows/${encodeURIComponent(workflowId)}`;
}
