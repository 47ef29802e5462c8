import { type ClusterSpec, clusterSpecSchema, describeIssues, parseInput } from '../../../model/index.ts';
import type { Change } from './field-values.ts';

/** A specification and what was changed in it; not necessarily one that Slipway accepts. */
export interface Candidate {
  readonly changes: readonly Change[];
  readonly spec: ClusterSpec;
}

/**
 * Every change by itself, then several at once, chosen by the seed: mostly such as are accepted alone, so that what
 * only their combination makes wrong is found.
 */
export function corpus(changes: readonly Change[], size: number, seed: number): Candidate[] {
  const base = minimal();
  const single = changes.map((change) => ({ changes: [change], spec: change.apply(base) }));
  const accepted = single.filter(({ spec }) => refusal(spec) === undefined).flatMap((candidate) => candidate.changes);
  const refused = changes.filter((change) => !accepted.includes(change));
  const next = random(seed);
  const pick = <T>(list: readonly T[]): T | undefined => list[Math.floor(next() * list.length)];
  const combined = Array.from({ length: Math.max(0, size - single.length) }, () => {
    const wanted = 2 + Math.floor(next() * 6);
    const chosen = Array.from({ length: wanted }, () => pick(next() < 0.04 ? refused : accepted));
    // A later change of the same field would hide the earlier one.
    const different = chosen.filter(
      (change, index) => change !== undefined && chosen.findIndex((other) => other?.field === change.field) === index,
    );
    const applied = different.flatMap((change) => change ?? []);
    return { changes: applied, spec: applied.reduce((spec, change) => change.apply(spec), base) };
  });
  return [...single, ...combined];
}

/** Why Slipway refuses a specification; undefined when it accepts it. */
export function refusal(spec: ClusterSpec): string | undefined {
  const parsed = parseInput(clusterSpecSchema, spec);
  return parsed.ok ? undefined : describeIssues(parsed.issues);
}

function minimal(): ClusterSpec {
  const input = {
    name: 'atlas',
    cloud: 'sandbox',
    network: { cidr: '10.6.0.0/20' },
    nodeGroups: [{ name: 'workers' }],
  };
  const parsed = parseInput(clusterSpecSchema, input);
  if (!parsed.ok) throw new Error(describeIssues(parsed.issues));
  return parsed.value;
}

/** Mulberry32: numbers from 0 to below 1, the same for the same seed. */
function random(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
