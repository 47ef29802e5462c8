import { mkdir, open, readFile, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { identify, isAlive } from './process-identity.ts';

/**
 * Runs `work` while no other process runs it under the same lock file. A lock whose holder has died is taken over.
 * Throws when the lock is not free within `timeout` milliseconds.
 *
 * The lock only saves double work: what it guards must be safe without it (two processes may take over a dead holder's
 * lock at the same moment).
 */
export async function withFileLock<T>(
  file: string,
  timeout: number,
  signal: AbortSignal,
  work: () => Promise<T>,
): Promise<T> {
  await mkdir(dirname(file), { recursive: true });
  const deadline = Date.now() + timeout;
  const me = JSON.stringify(identify(process.pid));
  while (!(await tryLock(file, me))) {
    const holder = await readFile(file, 'utf8').catch(() => undefined);
    if (holder !== undefined && isDead(holder)) {
      await rm(file, { force: true });
      continue;
    }
    if (Date.now() > deadline) {
      throw new Error(`another process holds ${file} (${holder ?? ''}); wait for it, or remove the file if it is gone`);
    }
    await delay(100, undefined, { signal });
  }
  try {
    return await work();
  } finally {
    await rm(file, { force: true });
  }
}

async function tryLock(file: string, content: string): Promise<boolean> {
  try {
    const handle = await open(file, 'wx', 0o600);
    await handle.writeFile(content);
    await handle.close();
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  }
}

function isDead(holder: string): boolean {
  const match = /^\{"pid":(\d+),"started":"([^"]*)"\}$/.exec(holder);
  // An empty file was created a moment ago, or by a process that died in that moment: left to the deadline.
  return match !== null && !isAlive({ pid: Number(match[1]), started: match[2] ?? '' });
}
