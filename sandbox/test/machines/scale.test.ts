import { CoreV1Api } from '@kubernetes/client-node';
import { afterEach, describe, expect, it } from 'vitest';
import { eventually, Rig } from './support/rig.ts';

let rig: Rig | undefined;
afterEach(() => rig?.close());

describe('a thousand workers', () => {
  it('join at once, with few calls to the cloud and little processor time', async () => {
    rig = await Rig.start();
    const { cloud } = rig;
    const config = await rig.startCluster();
    const core = config.makeApiClient(CoreV1Api);
    for (let index = 0; index < 1000; index += 1)
      rig.addWorker(`w-${index}`, `10.0.${8 + Math.floor(index / 250)}.${(index % 250) + 1}`);
    await rig.consoleOf('w-999', /waiting/u);
    const callsBefore = cloud.calls.filter((call) => call !== 'servers').length;
    expect(callsBefore).toBeLessThanOrEqual(12);
    const before = process.cpuUsage();
    await core.createNamespacedSecret({ namespace: 'kube-system', body: rig.tokenSecret() });
    await rig.consoleOf('w-999', /SLIPWAY-BOOT-OK/u);
    // One node more than workers: the control plane. The last objects to come are the pods of kube-proxy.
    await eventually('every node is Ready and runs kube-proxy', async () => {
      const list = await core.listNamespacedPod({
        namespace: 'kube-system',
        labelSelector: 'k8s-app=kube-proxy',
        fieldSelector: 'status.phase=Running',
        limit: 1,
      });
      return (list.metadata?.remainingItemCount ?? 0) === 1000 ? true : undefined;
    });
    const { user, system } = process.cpuUsage(before);
    const nodes = await core.listNode();
    const ready = nodes.items.filter((node) =>
      node.status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True'),
    );
    expect(ready).toHaveLength(1001);
    expect((user + system) / 1e6).toBeLessThan(3);
  });
});
