import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from './run.ts';
import type { Step } from './step.ts';

const here = import.meta.dirname;

/** One module under `go/`: what is built from it, and under which names the programs are kept. */
export interface GoPart {
  readonly name: string;
  /** `tool`: the programs its go.mod lists as tools; `.`: the program in the folder itself. */
  readonly target: 'tool' | '.';
  readonly linkerFlags?: readonly string[];
  /** Programs whose module path gives them a name nobody knows. */
  readonly renamed?: Readonly<Record<string, string>>;
}

/**
 * A step that builds programs from the Go module proxy. go.sum holds the hash of every module, so what is built is
 * what was reviewed; the module and build caches are Go's own, so a second build takes seconds.
 */
export function goStep(part: GoPart): Step {
  const folder = join(here, 'go', part.name);
  return {
    name: `go-${part.name}`,
    needs: [],
    files: [folder, import.meta.filename],
    inputs: part,
    async make(output) {
      const linker = ['-s', '-w', ...(part.linkerFlags ?? [])].join(' ');
      // Two compilers at a time: each may take 1 GiB, and the machine is not ours alone.
      const flags = ['-mod=readonly', '-trimpath', '-buildvcs=false', '-p=2', '-ldflags', linker];
      await run('nice', ['go', 'build', ...flags, '-o', `${output}/`, part.target], {
        cwd: folder,
        env: { CGO_ENABLED: '0', GOFLAGS: '', GOWORK: 'off' },
        timeoutSeconds: 3600,
      });
      for (const [from, to] of Object.entries(part.renamed ?? {})) await rename(join(output, from), join(output, to));
    },
  };
}
