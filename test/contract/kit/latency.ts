import { latencyProfiles, mergeLatency } from '../../../sandbox/src/latency.ts';

/**
 * How long the emulator takes for what the cases ask of it: nothing, but for load balancers and zones. Those are
 * PENDING in real services for seconds, load balancers refuse changes meanwhile, and cases look at that: so they are
 * PENDING here for long enough to be seen.
 */
export const emulatorLatency = mergeLatency(latencyProfiles.instant, {
  loadBalancer: { create: 3, update: 1.5, delete: 2 },
  dns: { change: 0.2 },
});
