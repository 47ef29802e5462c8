import { join } from 'node:path';
import { versions } from './pins.ts';
import { kubernetes } from './parts.ts';
import { run } from './run.ts';
import type { Step } from './step.ts';

/** pause: Kubernetes' own C source, out of the module that the rest is built from. */
export const pause: Step = {
  name: 'pause',
  needs: [kubernetes],
  files: [import.meta.filename],
  inputs: versions.pause,
  async make(output) {
    const module = await run('go', ['list', '-m', '-f', '{{.Dir}}', 'k8s.io/kubernetes'], {
      cwd: join(import.meta.dirname, 'go', 'kubernetes'),
      env: { GOFLAGS: '-mod=readonly', GOWORK: 'off' },
    });
    const source = join(module.trim(), 'build', 'pause', 'linux', 'pause.c');
    await run('cc', ['-Os', '-Wall', '-static', `-DVERSION=v${versions.pause}`, '-o', join(output, 'pause'), source]);
    await run('strip', [join(output, 'pause')]);
  },
};
