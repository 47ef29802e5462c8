import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { z } from 'zod';
import { childEnvironment } from './config.ts';
import { nodeArguments } from './repository.ts';
import { timeLimit } from '../model/index.ts';

const resultSchema = z.looseObject({ ok: z.boolean(), directory: z.string().optional(), error: z.string().optional() });

/** The first build compiles Kubernetes. */
const BUILD_DEADLINE = 60 * 60_000;

/**
 * The folder with what real machines boot from. It is built the first time (10 to 15 minutes) and cached; `tell` hears
 * how far it is. Throws with the builder's own words when it cannot be built here.
 */
export async function machineImage(tell: (detail: string) => void, signal: AbortSignal): Promise<string> {
  const builder = spawn(process.execPath, nodeArguments('sandbox/image/build.ts', '--json'), {
    env: childEnvironment(),
    stdio: ['ignore', 'pipe', 'pipe'],
    signal: AbortSignal.any([signal, timeLimit(BUILD_DEADLINE)]),
  });
  const last: string[] = [];
  createInterface(builder.stderr).on('line', (line) => {
    last.push(line);
    if (last.length > 20) last.shift();
    tell(`image: ${line.trim()}`);
  });
  const [output] = await Promise.all([text(builder.stdout), once(builder, 'close')]);
  const parsed = resultSchema.safeParse(parseJson(output));
  if (parsed.success && parsed.data.ok && parsed.data.directory !== undefined) return parsed.data.directory;
  throw new Error(`the image of real machines could not be built:\n${last.map((line) => `  ${line}`).join('\n')}`);
}

function parseJson(output: string): unknown {
  try {
    return JSON.parse(output.trim().split('\n').at(-1) ?? '');
  } catch {
    return undefined;
  }
}
