import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { field, logIn, passwordAuth } from './harness.ts';

const program = join(import.meta.dirname, '../../src/main.ts');
const node = ['--conditions=source', '--import', 'tsx', program];

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sandbox-process-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** Starts the cloud, uses it, and stops it with SIGTERM. */
async function withCloud(args: readonly string[], use: (ready: unknown) => Promise<void>): Promise<string[]> {
  const child = spawn(process.execPath, [...node, 'cloud', '--listen', '127.0.0.1:0', ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const lines: string[] = [];
  try {
    const reader = createInterface(child.stdout);
    reader.on('line', (line) => lines.push(line));
    await once(reader, 'line', { signal: AbortSignal.timeout(60_000) });
    await use(JSON.parse(lines[0] ?? ''));
    const ended = once(child, 'exit', { signal: AbortSignal.timeout(20_000) });
    child.kill('SIGTERM');
    await ended;
    expect(child.exitCode).toBe(0);
    return lines;
  } finally {
    child.kill('SIGKILL');
  }
}

describe('the cloud as a process', () => {
  it('prints one line when it answers, writes a private clouds.yaml, and keeps its state and passwords over a restart', async () => {
    const args = ['--data', folder, '--state', join(folder, 'state.json'), '--latency', 'instant'];
    let [password, project] = ['', ''];
    const lines = await withCloud(args, async (ready) => {
      const file = String(field(ready, 'cloudsFile'));
      expect((await stat(file)).mode & 0o777).toBe(0o600);
      const clouds: unknown = parse(await readFile(file, 'utf8'));
      expect(field(clouds, 'clouds.sandbox-admin.auth.username')).toBe('admin');
      expect(field(clouds, 'clouds.sandbox.auth.auth_url')).toBe(`${String(field(ready, 'url'))}/identity/v3`);
      password = String(field(clouds, 'clouds.sandbox.auth.password'));
      const demo = await logIn(String(field(ready, 'url')), passwordAuth('demo', password));
      project = demo.projectId;
      expect((await demo.neutron('POST', '/networks', { network: { name: 'kept' } })).status).toBe(201);
    });
    expect(lines).toHaveLength(1);
    await withCloud(args, async (ready) => {
      const demo = await logIn(String(field(ready, 'url')), passwordAuth('demo', password));
      expect(demo.projectId).toBe(project);
      expect((await demo.neutron('GET', '/networks?name=kept')).list('networks')).toHaveLength(1);
    });
  }, 120_000);

  it('says what is wrong with its options', async () => {
    const child = spawn(process.execPath, [...node, 'cloud', '--latency', join(folder, 'none.json')], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let words = '';
    child.stderr.on('data', (chunk: Buffer) => (words += chunk.toString()));
    await once(child, 'close', { signal: AbortSignal.timeout(60_000) });
    expect(child.exitCode).toBe(1);
    expect(words).toContain('Latency must be "instant", "typical" or a JSON file');
  }, 70_000);
});
