import { isDeepStrictEqual } from 'node:util';
import type { Transcript, TranscriptEntry } from './transcript.ts';

/**
 * A difference that is written down, with its reason: an effect of the fake hypervisor and of agents that are not
 * there.
 */
export interface Exception {
  readonly name: string;
  readonly reason: string;
  /** Whether it covers the value at this path (such as `body.floatingip.status`) of the answer to this request. */
  readonly covers: (request: string, path: string) => boolean;
}

/** One value in which two clouds differ. */
export interface Difference {
  /** The request, or the note. */
  readonly of: string;
  /** Where in the answer, such as `body.server.status`. */
  readonly path: string;
  readonly emulator: unknown;
  readonly openstack: unknown;
}

/** How two clouds did in a case. */
export interface Comparison {
  readonly differences: readonly Difference[];
  /** Names of the exceptions that were needed. */
  readonly exceptions: readonly string[];
}

const nameOf = (entry: TranscriptEntry | undefined): string =>
  entry === undefined ? 'nothing' : 'note' in entry ? `note ${entry.note}` : entry.request;

/** Compares what a case saw in both clouds. */
export function compare(emulator: Transcript, openstack: Transcript, exceptions: readonly Exception[]): Comparison {
  const found: Difference[] = [];
  const used = new Set<string>();
  for (let index = 0; index < Math.max(emulator.length, openstack.length); index += 1) {
    const [ours, theirs] = [emulator[index], openstack[index]];
    const of = `${index + 1}. ${nameOf(theirs)}`;
    if (nameOf(ours) !== nameOf(theirs)) {
      found.push({ of, path: 'request', emulator: nameOf(ours), openstack: nameOf(theirs) });
      break;
    }
    for (const difference of differences(ours, theirs, '')) {
      const exception = exceptions.find(({ covers }) => covers(nameOf(theirs), difference.path));
      if (exception === undefined) found.push({ of, ...difference });
      else used.add(exception.name);
    }
  }
  return { differences: found, exceptions: [...used] };
}

type Found = Omit<Difference, 'of'>;

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;

function differences(emulator: unknown, openstack: unknown, path: string): Found[] {
  if (isDeepStrictEqual(emulator, openstack)) return [];
  const alike =
    isObject(emulator) &&
    isObject(openstack) &&
    Array.isArray(emulator) === Array.isArray(openstack) &&
    (!Array.isArray(emulator) || emulator.length === (openstack as unknown as unknown[]).length);
  if (!alike) return [{ path, emulator, openstack }];
  const names = [...new Set([...Object.keys(emulator), ...Object.keys(openstack)])];
  return names.flatMap((name) => differences(emulator[name], openstack[name], path === '' ? name : `${path}.${name}`));
}

/** One difference as a line. */
export function describeDifference({ of, path, emulator, openstack }: Difference): string {
  const text = (value: unknown) => (value === undefined ? 'absent' : JSON.stringify(value)).slice(0, 400);
  return `${of} › ${path}\n    emulator:  ${text(emulator)}\n    openstack: ${text(openstack)}`;
}
