import { connect } from 'openstack-client-ts';
import { loadLatency } from '../latency.ts';
import { ConsolePush } from './console-push.ts';
import type { MachineDriver } from './driver.ts';
import type { Log } from './log.ts';
import { serveMetadata } from './metadata.ts';
import type { HostForward } from './nspawn/tenant-network.ts';
import { openStackView } from './openstack-view.ts';
import { SimulatedDriver } from './simulated/driver.ts';
import { Watcher, type PollInterval } from './watcher.ts';

/** Options of `runMachines`. */
export interface MachinesOptions {
  /** clouds.yaml with the administrator's credential; default: the usual places. */
  readonly cloudsFile?: string | undefined;
  /** The entry of clouds.yaml. */
  readonly osCloud: string;
  readonly driver: 'simulated' | 'nspawn';
  /** Name or file of a latency profile; only the simulated machines use it. Default `instant`. */
  readonly latency?: string | undefined;
  /** nspawn: where machines keep their disks; default: beside the machine image. */
  readonly dataDir?: string | undefined;
  /** nspawn: the folder that the image builder made; default: the one of this source tree, built if need be. */
  readonly imageDir?: string | undefined;
  /** nspawn: services of this host that machines reach at 169.254.169.253. */
  readonly hostForwards?: readonly HostForward[] | undefined;
  readonly interval?: PollInterval | undefined;
  /** Ports of servers with a floating IP of their own that are forwarded; default 6443. */
  readonly directPorts?: readonly number[] | undefined;
  /** Ends the machine side; default: SIGTERM and SIGINT do. */
  readonly signal?: AbortSignal | undefined;
  /** Where logs go, a line each; default stderr. */
  readonly log?: Log | undefined;
  /** Called once when watching begins; default prints the ready line to stdout. */
  readonly ready?: ((line: string) => void) | undefined;
}

function untilSignalled(): AbortSignal {
  const stop = new AbortController();
  for (const name of ['SIGTERM', 'SIGINT'] as const) process.once(name, () => stop.abort());
  return stop.signal;
}

async function makeDriver(options: MachinesOptions, log: Log, signal: AbortSignal): Promise<MachineDriver> {
  if (options.driver === 'simulated')
    return new SimulatedDriver((await loadLatency(options.latency ?? 'instant')).machine);
  const { dataDir, imageDir, hostForwards = [] } = options;
  const { openNspawnDriver } = await import('./nspawn/open-driver.ts');
  return openNspawnDriver({ dataDir, imageDir, hostForwards, metadata: serveMetadata, log }, signal);
}

/**
 * `http://host:port` of a sandbox cloud, from the catalogue's URL of Nova; of another cloud, a URL that answers 404.
 */
const cloudUrlOf = (computeEndpoint: string) => new URL(computeEndpoint).origin;

/**
 * Runs the machine side of a cloud until told to stop: what Nova calls ACTIVE boots, what is gone is destroyed,
 * floating IPs on the loopback network lead to it.
 * @throws Error when the cloud or the driver cannot be used at all.
 */
export async function runMachines(options: MachinesOptions): Promise<void> {
  const signal = options.signal ?? untilSignalled();
  const log: Log = options.log ?? ((line) => process.stderr.write(`machines: ${line}\n`));
  const client = await connect({
    cloud: options.osCloud,
    cloudsFile: options.cloudsFile,
    userAgent: 'sandbox-machines',
    signal,
  });
  try {
    const driver = await makeDriver(options, log, signal);
    try {
      const watcher = new Watcher({
        view: openStackView(client),
        driver,
        log,
        ...(options.interval === undefined ? {} : { interval: options.interval }),
        ...(options.directPorts === undefined ? {} : { directPorts: options.directPorts }),
      });
      const cloudUrl = cloudUrlOf(await client.service('compute').endpoint({ signal }));
      const consoles = new ConsolePush(cloudUrl, driver, () => watcher.machines, log);
      const line = JSON.stringify({ ready: true, driver: options.driver });
      if (options.ready === undefined) process.stdout.write(`${line}\n`);
      else options.ready(line);
      await Promise.all([watcher.run(signal), consoles.run(signal)]);
    } finally {
      await driver.close();
    }
  } finally {
    await client.close();
  }
}
