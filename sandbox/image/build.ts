import { Command } from 'commander';
import { z } from 'zod';
import { defaultCacheDirectory } from './config.ts';
import { prepareHost } from './host.ts';
import { machine } from './machine-step.ts';
import { stopPrograms } from './run.ts';
import { exists, makeStep, removeOld, stepDirectory } from './step.ts';

const options = z.object({ json: z.boolean().default(false), cacheDir: z.string() });

const began = Date.now();
const log = (line: string): void => {
  process.stderr.write(`[${((Date.now() - began) / 1000).toFixed(1).padStart(6)} s] ${line}\n`);
};

// What was begun is not left running; the next build starts the step again.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, stopPrograms);

const program = new Command('image')
  .description(
    'Builds what nspawn machines boot from: Debian, containerd, Kubernetes and its container images. Cached.',
  )
  .option('--cache-dir <folder>', 'where images and their parts are kept', defaultCacheDirectory())
  .option('--json', 'print one JSON line at the end')
  .action(async (given: unknown) => {
    const { json, cacheDir } = options.parse(given);
    await prepareHost(await exists(await stepDirectory(cacheDir, machine)), log);
    const directory = await makeStep(cacheDir, machine, log);
    await removeOld(cacheDir, machine, 2, log);
    const seconds = Number(((Date.now() - began) / 1000).toFixed(1));
    process.stdout.write(json ? `${JSON.stringify({ ok: true, directory, seconds })}\n` : `${directory}\n`);
  });

try {
  await program.parseAsync();
} catch (cause) {
  const message = cause instanceof Error ? cause.message : String(cause);
  log(`failed: ${message}`);
  if (process.argv.includes('--json'))
    process.stdout.write(`${JSON.stringify({ ok: false, error: message.split('\n')[0] })}\n`);
  process.exitCode = 1;
}
