import { readFile } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { usageError } from '../usage-error.ts';
import { timeLimit } from '../../model/index.ts';

/** How long standard input may take, so that a forgotten pipe does not hang a script for ever. */
const STDIN_TIMEOUT_MS = 60_000;

/**
 * Reads a file, or standard input for `-`.
 *
 * @throws SlipwayError `Slipway.InvalidInput` when it cannot be read
 */
export async function readInput(file: string, stdin: Readable, interrupt: AbortSignal): Promise<string> {
  try {
    if (file !== '-') return await readFile(file, 'utf8');
    const signal = AbortSignal.any([interrupt, timeLimit(STDIN_TIMEOUT_MS)]);
    const chunks: Buffer[] = [];
    for await (const chunk of stdin.iterator({ destroyOnReturn: false })) {
      signal.throwIfAborted();
      chunks.push(Buffer.from(chunk as Uint8Array));
    }
    return Buffer.concat(chunks).toString('utf8');
  } catch (error) {
    throw usageError(`Cannot read ${file === '-' ? 'standard input' : file}: ${reason(error)}`);
  }
}

function reason(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  switch (code) {
    case 'ENOENT':
      return 'there is no such file';
    case 'EACCES':
      return 'no permission to read it';
    case 'EISDIR':
      return 'it is a directory';
    default:
      return error instanceof Error ? error.message : String(error);
  }
}
