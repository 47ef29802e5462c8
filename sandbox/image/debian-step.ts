import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { debian } from './pins.ts';
import { run } from './run.ts';
import type { Step } from './step.ts';

/** The plain root file system: `rootfs/` as Debian's packages leave it. */
export const debianRoot: Step = {
  name: 'debian',
  needs: [],
  files: [import.meta.filename],
  inputs: debian,
  async make(output) {
    await run(
      // What it mounts for package scripts ends with it, however it ends.
      'unshare',
      [
        ...['--mount', '--propagation', 'private', 'mmdebstrap', '--mode=root'],
        '--variant=minbase',
        '--aptopt=Acquire::Retries "3"',
        ...debian.excluded.map((path) => `--dpkgopt=path-exclude=${path}`),
        `--include=${debian.packages.join(',')}`,
        debian.suite,
        join(output, 'rootfs'),
        ...(await configuredSources()),
      ],
      { timeoutSeconds: 1800 },
    );
  },
};

/**
 * The files in which the host says where it gets this release from, so that a mirror or proxy at work is used.
 * None (another distribution, another release): mmdebstrap's own default.
 */
export async function configuredSources(): Promise<string[]> {
  const folder = '/etc/apt/sources.list.d';
  const names = await readdir(folder).catch(() => []);
  const found: string[] = [];
  for (const path of ['/etc/apt/sources.list', ...names.sort().map((name) => join(folder, name))]) {
    if (!/\.(list|sources)$/.test(path)) continue;
    const text = await readFile(path, 'utf8').catch(() => '');
    const ours = new RegExp(`^(deb\\s.*\\s${debian.suite}(-\\S+)?\\s|Suites:.*\\b${debian.suite}\\b)`, 'm');
    // Files of other vendors name the suite as well, but hold no base system.
    if (ours.test(text) && /\bmain\b/.test(text) && text.includes('debian')) found.push(path);
  }
  return found;
}
