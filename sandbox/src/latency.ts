import { readFile } from 'node:fs/promises';
import { z } from 'zod';

const seconds = z.number().min(0).max(86_400);

/**
 * How long things take, in seconds. 0 does not skip the asynchronous states: they change on the next tick.
 * `machine.*` is used by the simulated machines and by the critical path; everything else by the cloud.
 */
const latencySchema = z.strictObject({
  server: z.strictObject({ build: seconds, delete: seconds, action: seconds.default(0) }),
  loadBalancer: z.strictObject({ create: seconds, update: seconds, delete: seconds }),
  volume: z.strictObject({ create: seconds, delete: seconds, attach: seconds.default(0) }),
  snapshot: z.strictObject({ create: seconds, delete: seconds.default(0) }),
  dns: z.strictObject({ change: seconds }),
  machine: z.strictObject({ boot: seconds, kubeadmInit: seconds, kubeadmJoin: seconds }),
});

/** One latency profile, in seconds. */
export type Latency = z.infer<typeof latencySchema>;

/** The profiles that have a name. `typical` has the orders of size seen on private clouds. */
export const latencyProfiles = {
  instant: {
    server: { build: 0, delete: 0, action: 0 },
    loadBalancer: { create: 0, update: 0, delete: 0 },
    volume: { create: 0, delete: 0, attach: 0 },
    snapshot: { create: 0, delete: 0 },
    dns: { change: 0 },
    machine: { boot: 0, kubeadmInit: 0, kubeadmJoin: 0 },
  },
  typical: {
    server: { build: 40, delete: 5, action: 3 },
    loadBalancer: { create: 60, update: 2, delete: 5 },
    volume: { create: 5, delete: 2, attach: 2 },
    snapshot: { create: 5, delete: 2 },
    dns: { change: 3 },
    machine: { boot: 3, kubeadmInit: 12, kubeadmJoin: 11 },
  },
} as const satisfies Record<string, Latency>;

/** What `--latency` and the admin API take: a partial profile, merged over another one. */
export const latencyPatchSchema = z.strictObject({
  server: latencySchema.shape.server.partial().optional(),
  loadBalancer: latencySchema.shape.loadBalancer.partial().optional(),
  volume: latencySchema.shape.volume.partial().optional(),
  snapshot: latencySchema.shape.snapshot.partial().optional(),
  dns: latencySchema.shape.dns.partial().optional(),
  machine: latencySchema.shape.machine.partial().optional(),
});

/** A partial profile. */
export type LatencyPatch = z.infer<typeof latencyPatchSchema>;

/** `base` with the values of `patch` over it. */
export function mergeLatency(base: Latency, patch: LatencyPatch): Latency {
  return latencySchema.parse({
    server: { ...base.server, ...patch.server },
    loadBalancer: { ...base.loadBalancer, ...patch.loadBalancer },
    volume: { ...base.volume, ...patch.volume },
    snapshot: { ...base.snapshot, ...patch.snapshot },
    dns: { ...base.dns, ...patch.dns },
    machine: { ...base.machine, ...patch.machine },
  });
}

/**
 * The profile named `instant` or `typical`, or the one in a JSON file, whose missing values are 0.
 * @throws Error that names the file and what is wrong with it.
 */
export async function loadLatency(nameOrFile: string): Promise<Latency> {
  if (nameOrFile === 'instant' || nameOrFile === 'typical') return latencyProfiles[nameOrFile];
  try {
    const patch = latencyPatchSchema.parse(JSON.parse(await readFile(nameOrFile, 'utf8')));
    return mergeLatency(latencyProfiles.instant, patch);
  } catch (error) {
    const reason = error instanceof z.ZodError ? z.prettifyError(error) : String(error);
    throw new Error(`Latency must be "instant", "typical" or a JSON file; could not use "${nameOrFile}": ${reason}`, {
      cause: error,
    });
  }
}

/** One step of a critical path. */
interface CriticalStep {
  readonly name: string;
  readonly seconds: number;
}

/**
 * The shortest time in which a cluster can be Ready with these latencies: the load balancer and the first control
 * plane come up side by side; then whatever joins, joins at once. Everything else fits beside these steps.
 */
export function criticalPath(latency: Latency, controlPlanes: number, workers: number) {
  const { server, loadBalancer, machine } = latency;
  const first = server.build + machine.boot + machine.kubeadmInit;
  const steps: CriticalStep[] =
    loadBalancer.create >= first
      ? [{ name: 'load balancer', seconds: loadBalancer.create }]
      : [
          { name: 'first control plane: server', seconds: server.build },
          { name: 'first control plane: boot', seconds: machine.boot },
          { name: 'first control plane: kubeadm init', seconds: machine.kubeadmInit },
        ];
  if (controlPlanes > 1 || workers > 0) steps.push({ name: 'kubeadm join', seconds: machine.kubeadmJoin });
  return { seconds: steps.reduce((sum, step) => sum + step.seconds, 0), steps };
}
