import { defaultCacheDirectory } from './config.ts';
import { machine } from './machine-step.ts';
import { stepDirectory } from './step.ts';

/** Where the image that this source tree describes is, or will be once it is built. */
export async function machineImageDirectory(cache: string = defaultCacheDirectory()): Promise<string> {
  return stepDirectory(cache, machine);
}
