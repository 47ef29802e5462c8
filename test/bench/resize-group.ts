import { secondsSince, tell, withBench } from './bench-stack.ts';

export interface ResizeOptions {
  readonly from: number;
  readonly to: number;
  readonly latency: string;
  readonly keepLogs: boolean;
}

/** A node group made larger and as small again: what it costs by the machine. */
export async function benchResize({ from, to, latency, keepLogs }: ResizeOptions) {
  return await withBench({ latency, keepLogs }, async ({ clusters, sandbox, signal, left }) => {
    const name = 'bench';
    const group = 'workers';
    tell(`Creating 1 control plane and ${from} workers…`);
    const creation = await clusters.create(
      {
        ...{ name, cloud: 'sandbox' },
        // Thousands of nodes take a /24 each.
        kubernetes: { podCidr: '10.128.0.0/9' },
        controlPlane: { count: 1 },
        nodeGroups: [{ name: group, count: from }],
      },
      { signal },
    );
    await creation.result({ signal });
    const eventsBefore = (await clusters.historyEvents(name, { signal })).total;
    const resize = async (count: number): Promise<{ calls: number; seconds: number }> => {
      const [before, started] = [await sandbox.calls(signal), Date.now()];
      await (await clusters.resizeNodeGroup({ name, group, count }, { signal })).result({ signal });
      const figures = { calls: (await sandbox.calls(signal)) - before, seconds: secondsSince(started) };
      tell(`${count} workers after ${figures.seconds} s and ${figures.calls} OpenStack calls`);
      return figures;
    };
    const up = await resize(to);
    const down = await resize(from);
    const events = await clusters.historyEvents(name, { signal });
    const deletion = await (await clusters.delete(name, { signal })).result({ signal });
    return {
      ...{ from, to, callsUp: up.calls, callsDown: down.calls, secondsUp: up.seconds, secondsDown: down.seconds },
      historyEvents: events.total - eventsBefore,
      largestHistory: events.largest,
      left: deletion.left.length + (await left()).length,
    };
  });
}
