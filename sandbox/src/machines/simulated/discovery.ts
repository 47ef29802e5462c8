import type { SimulatedCluster } from './cluster.ts';
import type { JoinConfiguration } from './kubeadm-config.ts';
import type { VirtualNetwork } from './network.ts';

const deadlineMilliseconds = 20 * 60_000;

/**
 * Waits until the cluster that a machine is to join is reached at its API endpoint (through the load balancer, when
 * that is one) and takes the machine's bootstrap token; costs nothing while nothing changes.
 * @throws Error after 20 minutes, or at once when the cluster is not the one whose CA is pinned.
 */
export async function waitForCluster(
  network: VirtualNetwork,
  networkId: string,
  join: JoinConfiguration,
  log: (line: string) => void,
  signal: AbortSignal,
): Promise<SimulatedCluster> {
  const { token, apiServerEndpoint, caCertHashes, unsafeSkipCAVerification } = join.discovery.bootstrapToken;
  const [, host = '', port = ''] = /^(.*):(\d+)$/u.exec(apiServerEndpoint) ?? [];
  if (caCertHashes.length === 0 && !unsafeSkipCAVerification) {
    throw new Error(
      'discovery.bootstrapToken.caCertHashes: Required value: using token-based discovery without caCertHashes can be unsafe',
    );
  }
  const deadline = Date.now() + deadlineMilliseconds;
  let said: string | undefined;
  for (;;) {
    const cluster = network.reach(networkId, host, Number(port))?.cluster;
    if (cluster !== undefined && caCertHashes.length > 0 && !caCertHashes.includes(cluster.authority.publicKeyHash)) {
      throw new Error(
        `the CA of the cluster at ${apiServerEndpoint} (${cluster.authority.publicKeyHash}) is not among caCertHashes`,
      );
    }
    const refusal = cluster === undefined ? `${apiServerEndpoint} does not answer` : cluster.refusalOf(token);
    if (cluster !== undefined && refusal === undefined) return cluster;
    if (refusal !== said) log(`[discovery] waiting: ${refusal ?? ''}`);
    said = refusal;
    const left = deadline - Date.now();
    if (left <= 0) throw new Error(`could not join within 20 minutes: ${refusal ?? ''}`);
    await nextChange((changed) => network.onChange(networkId, host, Number(port), changed), cluster, left, signal);
  }
}

function nextChange(
  onChange: (changed: () => void) => () => void,
  cluster: SimulatedCluster | undefined,
  milliseconds: number,
  signal: AbortSignal,
): Promise<void> {
  signal.throwIfAborted();
  return new Promise((resolve, reject) => {
    const endings: (() => void)[] = [];
    const end = (settle: () => void) => {
      for (const ending of endings) ending();
      settle();
    };
    const changed = () => end(resolve);
    const aborted = () => end(() => reject(new Error('the machine was destroyed')));
    const timer = setTimeout(changed, milliseconds);
    signal.addEventListener('abort', aborted, { once: true });
    endings.push(
      () => clearTimeout(timer),
      () => signal.removeEventListener('abort', aborted),
      onChange(changed),
      cluster?.onTokens(changed) ?? (() => undefined),
    );
  });
}
