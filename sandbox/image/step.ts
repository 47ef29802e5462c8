import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, stat, utimes } from 'node:fs/promises';
import { basename, join, relative } from 'node:path';

/**
 * One step of the build. What it makes is kept under a name that is a hash of everything it depends on, so a step
 * whose inputs did not change is never repeated, and one that was interrupted is repeated from its start.
 */
export interface Step {
  readonly name: string;
  /** Steps whose results this one reads. */
  readonly needs: readonly Step[];
  /** Files and folders whose content the result depends on, the code of the step included. */
  readonly files: readonly string[];
  /** Everything else it depends on, as JSON. */
  readonly inputs?: unknown;
  /** Fills the empty folder `output`. `results` leads to the folders of `needs`, by name. */
  make(output: string, results: Results): Promise<void>;
}

/** The finished folders of steps. */
type Results = (step: Step) => string;

/** The name of a step's result: equal inputs, equal name. */
async function stepHash(step: Step): Promise<string> {
  const hash = createHash('sha256');
  hash.update(JSON.stringify([step.name, process.arch, step.inputs ?? null]));
  for (const needed of step.needs) hash.update(await stepHash(needed));
  for (const file of step.files) await hashTree(hash, file, basename(file));
  return hash.digest('hex').slice(0, 16);
}

async function hashTree(hash: ReturnType<typeof createHash>, path: string, name: string): Promise<void> {
  const found = await stat(path);
  if (!found.isDirectory()) {
    hash.update(JSON.stringify([name, found.mode & 0o111, found.size])).update(await readFile(path));
    return;
  }
  for (const entry of (await readdir(path)).sort()) await hashTree(hash, join(path, entry), `${name}/${entry}`);
}

/** Where a step's result is or will be. */
export async function stepDirectory(cache: string, step: Step): Promise<string> {
  return join(cache, step.name, await stepHash(step));
}

/** Makes a step and what it needs, unless it is there. Returns its folder. */
export async function makeStep(
  cache: string,
  step: Step,
  log: (line: string) => void,
  done = new Map<Step, string>(),
): Promise<string> {
  const known = done.get(step);
  if (known !== undefined) return known;
  const directory = await makeOnce(cache, step, log, done);
  done.set(step, directory);
  return directory;
}

async function makeOnce(
  cache: string,
  step: Step,
  log: (line: string) => void,
  done: Map<Step, string>,
): Promise<string> {
  const folders = new Map<Step, string>();
  for (const needed of step.needs) folders.set(needed, await makeStep(cache, needed, log, done));
  const directory = await stepDirectory(cache, step);
  if (await exists(directory)) {
    log(`${step.name}: cached (${relative(cache, directory)})`);
    // Says that it was used: see removeOld.
    await utimes(directory, new Date(), new Date());
    return directory;
  }
  const began = Date.now();
  log(`${step.name}: making …`);
  await mkdir(join(cache, step.name), { recursive: true });
  await removeAbandoned(join(cache, step.name));
  const partial = `${directory}.partial-${process.pid}`;
  await mkdir(partial);
  try {
    await step.make(partial, (needed) => {
      const folder = folders.get(needed);
      if (folder === undefined)
        throw new Error(`step ${step.name} reads ${needed.name} but does not say that it needs it`);
      return folder;
    });
    await utimes(partial, new Date(), new Date());
    await rename(partial, directory).catch(async (cause: unknown) => {
      // Another build may have finished the same step meanwhile: equal inputs, equal result.
      if (!(await exists(directory))) throw cause;
    });
  } finally {
    await rm(partial, { recursive: true, force: true });
  }
  log(`${step.name}: made in ${((Date.now() - began) / 1000).toFixed(1)} s`);
  return directory;
}

/**
 * Removes the results of a step and of what it needs that were not among the last `keep` to be used: each is hundreds
 * of megabytes, and every change of an input makes new ones.
 */
export async function removeOld(cache: string, step: Step, keep: number, log: (line: string) => void): Promise<void> {
  for (const needed of step.needs) await removeOld(cache, needed, keep, log);
  const folder = join(cache, step.name);
  const results: { path: string; used: number }[] = [];
  for (const name of await readdir(folder)) {
    if (/^[0-9a-f]{16}$/.test(name))
      results.push({ path: join(folder, name), used: (await stat(join(folder, name))).mtimeMs });
  }
  for (const { path } of results.sort((left, right) => right.used - left.used).slice(keep)) {
    log(`${step.name}: removing ${relative(cache, path)}, not used lately`);
    // Renamed first: half a result must not look like one.
    await rename(path, `${path}.partial-0`);
    await rm(`${path}.partial-0`, { recursive: true });
  }
}

/** True if the path is there. */
export async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

async function removeAbandoned(folder: string): Promise<void> {
  for (const entry of await readdir(folder)) {
    const pid = /\.partial-(\d+)$/.exec(entry)?.[1];
    if (pid !== undefined && !(await exists(`/proc/${pid}`)))
      await rm(join(folder, entry), { recursive: true, force: true });
  }
}
