import { spawn } from 'node:child_process';
import { stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { identify } from '../../../local/process-identity.ts';
import {
  readLocalStack,
  readState,
  removeState,
  withLocalStack,
  writeState,
  type LocalStackState,
} from '../../../local/state.ts';
import { temporaryDirectory } from './temporary-directory.ts';

function stackOf(pid: number): LocalStackState {
  const identity = identify(pid);
  if (identity === undefined) throw new Error(`no process ${pid}`);
  return {
    version: 1,
    startedAt: '2026-01-01T00:00:00.000Z',
    cloud: 'emulator',
    endpoints: {
      temporalAddress: '127.0.0.1:7233',
      temporalUi: 'http://127.0.0.1:8233',
      vaultAddress: 'http://127.0.0.1:8200',
      vaultTokenFile: '/state/user-token',
      workerTokenFile: '/state/worker-token',
      cloudUrl: 'http://127.0.0.1:5000',
      cloudsFile: '/state/clouds.yaml',
    },
    processes: [{ title: 'the probe', ...identity, logFile: '/state/probe.log', grace: 1000 }],
  };
}

function runningProcess(): { pid: number; end: () => Promise<void> } {
  const child = spawn('/bin/sleep', ['65'], { stdio: 'ignore' });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  onTestFinished(() => void child.kill('SIGKILL'));
  return {
    pid: child.pid ?? 0,
    end: () => {
      child.kill('SIGKILL');
      return ended;
    },
  };
}

describe('the state of `slipway up`', () => {
  test('is found while every process runs, and readable by nobody else', async () => {
    const directory = await temporaryDirectory();
    const { pid, end } = runningProcess();
    const state = stackOf(pid);
    await writeState(state, directory);
    expect((await stat(join(directory, 'stack.json'))).mode & 0o777).toBe(0o600);
    expect(await readLocalStack(directory)).toEqual(state);

    await end();
    expect(await readLocalStack(directory)).toBeUndefined();
    expect(await readState(directory)).toEqual(state);
    await removeState(directory);
    expect(await readState(directory)).toBeUndefined();
  });

  test('is not believed when a later process has the pid', async () => {
    const directory = await temporaryDirectory();
    const state = stackOf(process.pid);
    const processes = state.processes.map((one) => ({ ...one, started: 'before the reboot' }));
    await writeState({ ...state, processes }, directory);
    expect(await readLocalStack(directory)).toBeUndefined();
  });

  test('is as good as absent when it cannot be read', async () => {
    const directory = await temporaryDirectory();
    await writeFile(join(directory, 'stack.json'), '{"version":1,');
    expect(await readState(directory)).toBeUndefined();
  });

  test('completes an environment that names neither Temporal nor Vault, and no other', async () => {
    const directory = await temporaryDirectory();
    await writeState(stackOf(process.pid), directory);
    expect(await withLocalStack({ HOME: '/home/me' }, directory)).toMatchObject({
      HOME: '/home/me',
      TEMPORAL_ADDRESS: '127.0.0.1:7233',
      VAULT_ADDR: 'http://127.0.0.1:8200',
      SLIPWAY_VAULT_TOKEN_FILE: '/state/user-token',
      SLIPWAY_TEMPORAL_UI: 'http://127.0.0.1:8233',
    });
    const own = { TEMPORAL_ADDRESS: 'temporal.example.org:7233' };
    expect(await withLocalStack(own, directory)).toBe(own);
  });
});
