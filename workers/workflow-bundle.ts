import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode } from '@temporalio/worker';
import type { Logger } from '@temporalio/worker';
import { failureConverterPath, payloadConverterPath } from '../temporal/index.ts';
import { CODE_ROOT, codeDigest, isBuilt, WORKFLOW_FOLDERS } from './code.ts';

/** The code of all workflows as one script, as `Worker.create` takes it. */
export interface WorkflowBundle {
  readonly code: string;
}

/** File name of a bundle. With the codec on, the failure converter inside workflows is another one. */
export const bundleFile = (codec: boolean): string => `workflow-bundle${codec ? '-codec' : ''}.js`;

/**
 * The bundle that `npm run build` made, else the one made earlier from the same sources and kept in the cache folder,
 * else a new one (three seconds).
 *
 * @param cache folder of caches; nothing is kept when undefined.
 * @throws Error if workflow code does not compile or uses what workflows must not use.
 */
export async function loadWorkflowBundle(
  codec: boolean,
  cache: string | undefined,
  logger: Logger,
): Promise<WorkflowBundle> {
  const prebuilt = join(CODE_ROOT, bundleFile(codec));
  if (isBuilt && existsSync(prebuilt)) return { code: await readFile(prebuilt, 'utf8') };
  if (cache === undefined) return makeWorkflowBundle(codec, logger);

  const folder = join(cache, 'workflow-bundles', await codeDigest([...WORKFLOW_FOLDERS, 'workers']));
  const kept = join(folder, bundleFile(codec));
  if (existsSync(kept)) return { code: await readFile(kept, 'utf8') };
  const bundle = await makeWorkflowBundle(codec, logger);
  try {
    await mkdir(folder, { recursive: true });
    // Another worker may start from the same cache: it sees a whole bundle or none.
    const half = `${kept}.${process.pid}`;
    await writeFile(half, bundle.code);
    await rename(half, kept);
  } catch (error) {
    logger.warn(`the workflow bundle cannot be kept in ${folder}`, { error });
  }
  return bundle;
}

const workflowFile = (name: string): string => join(CODE_ROOT, 'workflows', `${name}.${isBuilt ? 'js' : 'ts'}`);

/** Bundles the workflows from their sources. */
export async function makeWorkflowBundle(codec: boolean, logger: Logger): Promise<WorkflowBundle> {
  const { code } = await bundleWorkflowCode({
    workflowsPath: workflowFile('index'),
    workflowInterceptorModules: [workflowFile('activity-ids')],
    payloadConverterPath: payloadConverterPath(),
    ...(codec ? { failureConverterPath: failureConverterPath() } : {}),
    // All workflows share the library of schemas, which keeps no state. (The schemas themselves do: zod compiles them
    // on first use.)
    preloadModules: [fileURLToPath(import.meta.resolve('zod'))],
    // What webpack has to say of a bundle that works is for developers.
    logger: { ...logger, info: (message, meta) => void logger.debug(message, meta) },
  });
  return { code };
}
