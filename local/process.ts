import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { mkdir, open, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import type { ProcessGuard } from './process-guard.ts';
import { identify, isAlive, type ProcessIdentity } from './process-identity.ts';

/** A program to run in the background. */
export interface ProcessSpec {
  /** For messages: `the worker`. */
  readonly title: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** Receives standard output and standard error; appended to. */
  readonly logFile: string;
  /** How it says that it is ready: a JSON line with `"ready":true` on its output, or this URL answering 2xx. */
  readonly ready: 'line' | { readonly url: string };
  /** Milliseconds until it must be ready. */
  readonly deadline: number;
  /** Told what it does until it is ready, when it says so in JSON lines with a text `progress`. */
  readonly onProgress?: (detail: string) => void;
  /** Milliseconds between SIGTERM and SIGKILL when it is stopped. */
  readonly grace?: number;
  /** Ends it when this process ends without having stopped it; without a guard it outlives this process. */
  readonly guard?: ProcessGuard;
}

/** A program that runs in the background. */
export interface BackgroundProcess {
  readonly title: string;
  readonly identity: ProcessIdentity;
  readonly logFile: string;
  /** Milliseconds between SIGTERM and SIGKILL when it is stopped. */
  readonly grace: number;
  /** The JSON line with which it said that it is ready; `{}` when a URL said so. */
  readonly announcement: unknown;
  /** Stops it (SIGTERM, SIGKILL after the grace time) and waits until it is gone. May be called twice. */
  stop(): Promise<void>;
  /** Kills it at once, as a crash would (SIGKILL), and waits until it is gone. */
  kill(): Promise<void>;
}

const POLL = 20;
const DEFAULT_GRACE = 10_000;

/**
 * Starts a program in its own process group, so that a Ctrl-C in the terminal reaches it only through this process, and
 * waits until it is ready. Throws when it ends before that or is not ready in time (it is stopped then); the error
 * holds the end of its log.
 */
export async function startProcess(spec: ProcessSpec, signal: AbortSignal): Promise<BackgroundProcess> {
  signal.throwIfAborted();
  await mkdir(dirname(spec.logFile), { recursive: true, mode: 0o700 });
  const logStart = await sizeOf(spec.logFile);
  const log = openSync(spec.logFile, 'a', 0o600);
  const child = spawn(spec.command, [...spec.args], {
    cwd: spec.cwd,
    env: { ...spec.env },
    detached: true,
    stdio: ['ignore', log, log],
  });
  closeSync(log);
  child.unref();
  const failed = new Promise<Error>((resolve) => child.once('error', resolve));
  if (child.pid === undefined) throw new Error(`${spec.title} could not be started: ${(await failed).message}`);
  const identity = identify(child.pid) ?? { pid: child.pid, started: '' };
  spec.guard?.watch(child.pid);
  child.once('exit', () => spec.guard?.release(identity.pid));

  const grace = spec.grace ?? DEFAULT_GRACE;
  const handle = { title: spec.title, identity, logFile: spec.logFile, grace };
  const ended = () => child.exitCode !== null || child.signalCode !== null;
  const stop = () => stopChild(child, ended, grace);
  const kill = () => stopChild(child, ended, 0);
  try {
    const announcement = await untilReady(spec, child, logStart, signal);
    return { ...handle, announcement, stop, kill };
  } catch (error) {
    await stop();
    signal.throwIfAborted();
    const tail = (await logTail(spec.logFile, logStart)).map((line) => `  ${line}`).join('\n');
    const why = error instanceof Error ? error.message : String(error);
    throw new Error(`${spec.title} ${why}. The end of its log ${spec.logFile}:\n${tail}`, { cause: error });
  }
}

async function untilReady(
  spec: ProcessSpec,
  child: ChildProcess,
  logStart: number,
  signal: AbortSignal,
): Promise<unknown> {
  const deadline = Date.now() + spec.deadline;
  let told: string | undefined;
  for (;;) {
    if (child.exitCode !== null) throw new Error(`ended with exit code ${child.exitCode} before it was ready`);
    if (child.signalCode !== null) throw new Error(`was ended by ${child.signalCode} before it was ready`);
    if (spec.ready === 'line') {
      const { ready, progress } = await readAnnouncements(spec.logFile, logStart);
      if (ready !== undefined) return ready;
      if (progress !== undefined && progress !== told) spec.onProgress?.(progress);
      told = progress;
    } else {
      const answer = await probe(spec.ready.url);
      if (answer !== undefined) return answer;
    }
    if (Date.now() > deadline) throw new Error(`was not ready within ${spec.deadline / 1000} s`);
    await delay(POLL, undefined, { signal });
  }
}

const announcementSchema = z.looseObject({ ready: z.boolean().optional(), progress: z.string().optional() });

/** What a process has said in JSON lines: that it is ready, or else what it did last. */
async function readAnnouncements(logFile: string, start: number): Promise<{ ready?: unknown; progress?: string }> {
  let progress: string | undefined;
  for (const line of (await readFrom(logFile, start)).split('\n')) {
    if (!line.startsWith('{')) continue;
    const { data } = announcementSchema.safeParse(parseJson(line));
    if (data === undefined) continue;
    if (data.ready === true) return { ready: data };
    progress = data.progress ?? progress;
  }
  return progress === undefined ? {} : { progress };
}

function parseJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined; // Half a line: the rest comes.
  }
}

async function probe(url: string): Promise<object | undefined> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(2_000) });
    await response.arrayBuffer();
    return response.ok ? {} : undefined;
  } catch {
    return undefined; // Not listening yet.
  }
}

async function stopChild(child: ChildProcess, ended: () => boolean, grace: number): Promise<void> {
  const { pid } = child;
  if (pid === undefined) return;
  if (!ended() && grace > 0) {
    child.kill('SIGTERM');
    await waitUntil(ended, grace);
  }
  // The group: what it started and left behind goes with it. The group's id stays taken while one of its members lives.
  sendToGroup(pid);
  if (!(await waitUntil(ended, 5_000))) throw new Error(`process ${pid} cannot be killed`);
}

/**
 * Stops a process that another process started, if it is still the same one: SIGTERM, then SIGKILL to its group. Says
 * whether it was alive.
 */
export async function stopByIdentity(identity: ProcessIdentity, grace = DEFAULT_GRACE): Promise<boolean> {
  if (!isAlive(identity)) return false;
  const gone = () => !isAlive(identity);
  process.kill(identity.pid, 'SIGTERM');
  if (await waitUntil(gone, grace)) return true;
  sendToGroup(identity.pid);
  if (!(await waitUntil(gone, 5_000))) throw new Error(`process ${identity.pid} cannot be killed`);
  return true;
}

function sendToGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // No such group: all gone.
  }
}

async function waitUntil(condition: () => boolean, timeout: number): Promise<boolean> {
  const deadline = Date.now() + timeout;
  while (!condition()) {
    if (Date.now() > deadline) return false;
    await delay(POLL);
  }
  return true;
}

async function sizeOf(file: string): Promise<number> {
  return stat(file).then(
    ({ size }) => size,
    () => 0,
  );
}

/** What a file holds from `start` on, at most its last 256 KiB. */
async function readFrom(file: string, start: number): Promise<string> {
  const handle = await open(file, 'r');
  try {
    const { size } = await handle.stat();
    const from = Math.max(start, size - 256 * 1024);
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(Math.max(0, size - from)), 0, undefined, from);
    return buffer.toString('utf8', 0, bytesRead);
  } finally {
    await handle.close();
  }
}

/** The last lines of a log, from `start` on. */
async function logTail(file: string, start = 0, lines = 20): Promise<string[]> {
  const text = await readFrom(file, start).catch(() => '');
  return text.trimEnd().split('\n').slice(-lines);
}
