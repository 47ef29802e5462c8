import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';

const stateSchema = z.looseObject({
  driver: z.object({ pid: z.number(), started: z.string() }),
  machines: z.array(z.string()),
  namespaces: z.array(z.string()),
});
type State = z.infer<typeof stateSchema>;

/**
 * What a driver has made on this host, written before it is made, so that the next driver on the same folder finds
 * what one that was killed has left.
 */
export class DriverState {
  readonly #file: string;
  readonly #driver: State['driver'];
  readonly #machines = new Set<string>();
  readonly #namespaces = new Set<string>();
  #writing: Promise<void> = Promise.resolve();

  private constructor(file: string, driver: State['driver']) {
    this.#file = file;
    this.#driver = driver;
  }

  /**
   * Takes the folder. `leftOver` is what an earlier driver made and did not remove.
   *
   * @throws Error if a living driver has the folder.
   */
  static async take(
    directory: string,
  ): Promise<{ state: DriverState; leftOver: { machines: string[]; namespaces: string[] } }> {
    await mkdir(directory, { recursive: true });
    const file = join(directory, 'driver.json');
    const text = await readFile(file, 'utf8').catch(() => undefined);
    const before = text === undefined ? undefined : stateSchema.parse(JSON.parse(text));
    if (before !== undefined && (await startOf(before.driver.pid)) === before.driver.started) {
      throw new Error(`process ${before.driver.pid} runs machines in ${directory}: stop it, or give another folder`);
    }
    const state = new DriverState(file, { pid: process.pid, started: (await startOf(process.pid)) ?? '' });
    for (const id of before?.machines ?? []) state.#machines.add(id);
    for (const name of before?.namespaces ?? []) state.#namespaces.add(name);
    await state.#write();
    return { state, leftOver: { machines: [...state.#machines], namespaces: [...state.#namespaces] } };
  }

  async addMachine(id: string): Promise<void> {
    this.#machines.add(id);
    await this.#write();
  }

  async removeMachine(id: string): Promise<void> {
    this.#machines.delete(id);
    await this.#write();
  }

  async addNamespace(name: string): Promise<void> {
    this.#namespaces.add(name);
    await this.#write();
  }

  async removeNamespace(name: string): Promise<void> {
    this.#namespaces.delete(name);
    await this.#write();
  }

  /** Gives the folder back. What is still listed stays listed. */
  async release(): Promise<void> {
    await this.#writing;
    if (this.#machines.size === 0 && this.#namespaces.size === 0) await rm(this.#file, { force: true });
  }

  async #write(): Promise<void> {
    this.#writing = this.#writing.then(async () => {
      const state: State = { driver: this.#driver, machines: [...this.#machines], namespaces: [...this.#namespaces] };
      await writeFile(`${this.#file}.new`, JSON.stringify(state));
      await rename(`${this.#file}.new`, this.#file);
    });
    return this.#writing;
  }
}

/** When a process was started, in the kernel's ticks: with the id it names one process for ever. */
async function startOf(pid: number): Promise<string | undefined> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined);
  return stat?.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
}
