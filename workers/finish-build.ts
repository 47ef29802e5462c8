import { cp, readdir, writeFile } from 'node:fs/promises';
import { dirname, extname, join } from 'node:path';
import { createLogger } from '../service/logging.ts';
import { runProcess } from '../service/process.ts';
import { CODE_ROOT, isBuilt } from './code.ts';
import { temporalLogger } from './temporal-logger.ts';
import { bundleFile, makeWorkflowBundle } from './workflow-bundle.ts';

/**
 * Last step of `npm run build`: puts beside the compiled code what the compiler leaves out, the files that are read at
 * run time (scripts for machines) and the bundles of workflow code, without and with the codec.
 */
await runProcess(async () => {
  if (!isBuilt) throw new Error('run this from dist/, after the compiler: npm run build');
  await copyAssets(dirname(CODE_ROOT), CODE_ROOT);
  const logger = temporalLogger(createLogger({ level: 'warn', format: 'text' }));
  for (const codec of [false, true]) {
    const { code } = await makeWorkflowBundle(codec, logger);
    await writeFile(join(CODE_ROOT, bundleFile(codec)), code);
  }
});

/** Copies all files that are no TypeScript from the folders that were compiled. */
async function copyAssets(from: string, to: string): Promise<void> {
  const folders = (await readdir(to, { withFileTypes: true })).filter((entry) => entry.isDirectory());
  for (const { name } of folders) {
    for (const entry of await readdir(join(from, name), { recursive: true, withFileTypes: true })) {
      if (!entry.isFile() || extname(entry.name) === '.ts') continue;
      const source = join(entry.parentPath, entry.name);
      await cp(source, join(to, source.slice(from.length)));
    }
  }
}
