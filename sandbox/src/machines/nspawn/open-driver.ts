import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';
import { z } from 'zod';
import { defaultCacheDirectory } from '../../../image/config.ts';
import type { MachineDriver } from '../driver.ts';
import { createNspawnDriver, type NspawnOptions } from './driver.ts';
import type { HostForward } from './tenant-network.ts';

const builderResult = z.union([
  z.object({ ok: z.literal(true), directory: z.string() }),
  z.object({ ok: z.literal(false), error: z.string() }),
]);

/** As {@link NspawnOptions}, with what has a default left out. */
export interface OpenNspawnOptions extends Pick<NspawnOptions, 'metadata' | 'hostForwards' | 'log'> {
  /** Default: `machines` beside the folder of images, so that machines share the image's files. */
  readonly dataDir?: string | undefined;
  /** Default: the image that this source tree describes, built now if it is not there (root, 10 to 15 minutes). */
  readonly imageDir?: string | undefined;
}

/** The driver of real machines, with its image built and its folder chosen unless they are given. */
export async function openNspawnDriver(options: OpenNspawnOptions, signal: AbortSignal): Promise<MachineDriver> {
  const imageDir = options.imageDir ?? (await buildImage(options.log, signal));
  const dataDir = options.dataDir ?? join(dirname(defaultCacheDirectory()), 'machines');
  return createNspawnDriver({ ...options, imageDir, dataDir });
}

/**
 * Reads `<port>=<host>:<port>`: a port that machines reach at 169.254.169.253, and where on this host it leads.
 *
 * @throws Error naming the text and the form it should have.
 */
export function parseHostForward(text: string): HostForward {
  const [, port, host, hostPort] = /^(\d{1,5})=([^:\s]+):(\d{1,5})$/.exec(text) ?? [];
  if (port === undefined || host === undefined || hostPort === undefined) {
    throw new Error(`"${text}" is not a forward: use <port>=<host>:<port>, as in 8200=127.0.0.1:8200`);
  }
  return { port: Number(port), host, hostPort: Number(hostPort) };
}

/** Runs the builder in a process of its own, so that it can be stopped whole; a built image takes it a second. */
async function buildImage(log: (line: string) => void, signal: AbortSignal): Promise<string> {
  signal.throwIfAborted();
  const tsx = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;
  const program = join(import.meta.dirname, '../../../image/build.ts');
  const builder = spawn(process.execPath, ['--conditions=source', '--import', tsx, program, '--json'], {
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  const stop = (): void => {
    if (builder.pid !== undefined) process.kill(-builder.pid, 'SIGTERM');
  };
  signal.addEventListener('abort', stop, { once: true });
  try {
    let output = '';
    builder.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
    createInterface({ input: builder.stderr }).on('line', (line) => log(`image ${line}`));
    await once(builder, 'close');
    signal.throwIfAborted();
    if (output.trim() === '') throw new Error('the image builder ended without a word: see its log above');
    const result = builderResult.parse(JSON.parse(output));
    if (!result.ok) throw new Error(`the machine image cannot be built: ${result.error}`);
    return result.directory;
  } finally {
    signal.removeEventListener('abort', stop);
  }
}
