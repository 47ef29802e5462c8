import { cp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Step } from '../../image/step.ts';
import { installerEnvironment } from './config.ts';
import type { HostPrograms } from './host-programs.ts';
import { runProgram } from './run-program.ts';

const sources = join(import.meta.dirname, '..', '..', 'openstack');
const installer = join(sources, 'installer.txt');
const requirements = join(sources, 'requirements.txt');
const drivers = join(sources, 'drivers');

const uv = ['-m', 'uv', 'pip', 'install', '--quiet', '--no-deps'] as const;

/** The interpreter of a virtual environment. */
export const interpreter = (environment: string): string => join(environment, 'bin', 'python3');

/** The services in a virtual environment: the wheels of requirements.txt, by their hashes. */
export function servicesStep(programs: HostPrograms, signal: AbortSignal): Step {
  return {
    name: 'python',
    needs: [],
    files: [import.meta.filename, installer, requirements],
    inputs: programs.python,
    async make(output) {
      const python = interpreter(output);
      const run = (timeoutMs: number, ...command: [string, ...string[]]) =>
        runProgram(command, { env: installerEnvironment(), timeoutMs, signal });
      await run(120_000, programs.python, '-m', 'venv', output);
      // pip takes minutes for what uv does in seconds.
      const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--require-hashes'];
      await run(300_000, python, ...pip, '--requirement', installer);
      await run(900_000, python, ...uv, '--python', python, '--require-hashes', '--requirement', requirements);
    },
  };
}

/**
 * Our drivers in a folder of their own, so that a change of them does not make the rest anew. It goes on PYTHONPATH.
 */
export function driversStep(services: Step, signal: AbortSignal): Step {
  return {
    name: 'drivers',
    needs: [services],
    files: [import.meta.filename, drivers],
    async make(output, results) {
      const python = interpreter(results(services));
      // setuptools writes beside what it builds.
      const source = join(output, 'source');
      await cp(drivers, source, { recursive: true });
      await runProgram([python, ...uv, '--python', python, '--no-build-isolation', '--target', output, source], {
        env: installerEnvironment(),
        timeoutMs: 300_000,
        signal,
      });
      await rm(source, { recursive: true });
    },
  };
}
