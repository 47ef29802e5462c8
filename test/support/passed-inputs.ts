import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import { z } from 'zod';
import { inRepository } from '../../local/repository.ts';

const recordSchema = z.strictObject({ inputs: z.string() });

/**
 * A long check that says the same for the same inputs: with which ones it passed last is a file in the repository, so
 * that continuous integration runs it when they have changed.
 */
export class PassedInputs {
  readonly #record: string;
  readonly #inputs: readonly string[];
  readonly #except: readonly string[];

  /**
   * @param record file that is written when everything passed, below the repository
   * @param inputs files and folders that decide on the result
   * @param except beginnings of paths below them that do not
   */
  constructor(record: string, inputs: readonly string[], except: readonly string[] = []) {
    this.#record = record;
    this.#inputs = inputs;
    this.#except = [...except, record];
  }

  /** Whether everything passed with the inputs as HEAD has them. */
  async isCurrent(): Promise<boolean> {
    const text = await readFile(inRepository(this.#record), 'utf8').catch(() => undefined);
    return text !== undefined && recordSchema.parse(JSON.parse(text)).inputs === (await this.digest());
  }

  /** A digest of the inputs as HEAD has them: of git's own list of their contents. */
  async digest(): Promise<string> {
    const options = { cwd: inRepository(), maxBuffer: 64 * 1024 * 1024 };
    const { stdout } = await promisify(execFile)('git', ['ls-tree', '-r', 'HEAD', '--', ...this.#inputs], options);
    const lines = stdout.split('\n').filter((line) => {
      const path = line.split('\t')[1] ?? '';
      return path !== '' && !this.#except.some((beginning) => path.startsWith(beginning));
    });
    return createHash('sha256').update(lines.join('\n')).digest('hex');
  }

  /** Writes down that everything passed with these inputs; to be committed. */
  async write(digest: string): Promise<void> {
    const file = inRepository(this.#record);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, `${JSON.stringify({ inputs: digest }, null, 2)}\n`);
  }
}
