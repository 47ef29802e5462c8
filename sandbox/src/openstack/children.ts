import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, openSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { identify, isAlive, type ProcessIdentity } from './process-identity.ts';

/** A process to run in the background. */
export interface ChildSpec {
  /** Also the name of its log. */
  readonly name: string;
  readonly command: readonly [program: string, ...args: string[]];
  readonly env: Readonly<Record<string, string>>;
  /** What it is ended with when this process is killed. Default: at once. */
  readonly orphanSignal?: 'KILL' | 'TERM';
}

interface Child {
  readonly name: string;
  readonly process: ChildProcess;
  readonly pid: number;
  readonly log: string;
  readonly logStart: number;
}

const leftOverSchema = z.array(z.object({ name: z.string(), pid: z.int().positive(), started: z.string() }));
const POLL = 20;

/**
 * The processes of a cloud. Each is the leader of a process group, is written down with its start time, and ends with
 * this process, even when that is killed (PR_SET_PDEATHSIG, prctl(2)).
 */
export class Children {
  readonly #data: string;
  readonly #running: Child[] = [];
  readonly #died = new AbortController();
  #stopping = false;

  constructor(data: string) {
    this.#data = data;
  }

  /** Aborted when a process ends that should run; the reason is an error with the end of its log. */
  get died(): AbortSignal {
    return this.#died.signal;
  }

  /** Starts a process. Its output goes to `logs/<name>.log`. */
  start(spec: ChildSpec): void {
    if (this.#stopping) throw new Error(`${spec.name} is not started: the cloud is being stopped`);
    const log = join(this.#data, 'logs', `${spec.name}.log`);
    const output = openSync(log, 'a', 0o600);
    const logStart = statSync(log).size;
    const [program, ...args] = spec.command;
    const child = spawn('setpriv', ['--pdeathsig', spec.orphanSignal ?? 'KILL', '--', program, ...args], {
      cwd: this.#data,
      env: spec.env,
      detached: true,
      stdio: ['ignore', output, output],
    });
    closeSync(output);
    child.once('error', (error) => this.#died.abort(new Error(`${spec.name} could not be started: ${error.message}`)));
    if (child.pid === undefined) return;
    const started = { name: spec.name, process: child, pid: child.pid, log, logStart };
    this.#running.push(started);
    this.#writeDown();
    child.once('exit', (code, signal) => {
      if (!this.#stopping) this.#died.abort(new Error(describeEnd(started, code, signal)));
    });
  }

  /**
   * Stops everything, the last started first: the services at once, then what they stand on, one after the other. What
   * does not end in time is killed, with all it started.
   */
  async stop(backing: readonly string[], graceMs: number): Promise<void> {
    this.#stopping = true;
    const services = this.#running.filter(({ name }) => !backing.includes(name));
    await stopGroup(services, graceMs);
    for (const child of this.#running.filter((one) => !services.includes(one)).toReversed()) {
      await stopGroup([child], graceMs);
    }
    this.#running.length = 0;
    this.#writeDown();
  }

  #writeDown(): void {
    const entries = this.#running.flatMap(({ name, pid }) => {
      const identity = identify(pid);
      return identity === undefined ? [] : [{ name, ...identity }];
    });
    writeFileSync(fileOf(this.#data), `${JSON.stringify(entries, null, 2)}\n`, { mode: 0o600 });
  }
}

const fileOf = (data: string): string => join(data, 'processes.json');

/** Ends what an earlier start in this folder left running, if it is still the same. Says what that was. */
export async function stopLeftOvers(data: string, graceMs: number): Promise<string[]> {
  let text: string;
  try {
    text = readFileSync(fileOf(data), 'utf8');
  } catch {
    return [];
  }
  const left = leftOverSchema.parse(JSON.parse(text)).filter(isAlive);
  for (const { pid } of left) signalGroup(pid, 'SIGTERM');
  await until(() => !left.some(isAlive), graceMs);
  for (const one of left) if (isAlive(one)) signalGroup(one.pid, 'SIGKILL');
  if (!(await until(() => !left.some(isAlive), 5_000)))
    throw new Error(`processes of an earlier start cannot be ended: ${describe(left)}`);
  return left.map(({ name }) => name);
}

const describe = (left: readonly (ProcessIdentity & { name: string })[]): string =>
  left.map(({ name, pid }) => `${name} (${pid})`).join(', ');

async function stopGroup(children: readonly Child[], graceMs: number): Promise<void> {
  const ended = ({ process }: Child) => process.exitCode !== null || process.signalCode !== null;
  for (const child of children) if (!ended(child)) child.process.kill('SIGTERM');
  await until(() => children.every(ended), graceMs);
  // The groups: what a process started and left behind goes with it.
  for (const { pid } of children) signalGroup(pid, 'SIGKILL');
  if (!(await until(() => children.every(ended), 5_000)))
    throw new Error(
      `these processes cannot be killed: ${children
        .filter((one) => !ended(one))
        .map(({ name }) => name)
        .join(', ')}`,
    );
}

function signalGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal);
  } catch {
    // No such group: all of it is gone.
  }
}

async function until(condition: () => boolean, timeoutMs: number): Promise<boolean> {
  const deadline = Date.now() + timeoutMs;
  while (!condition()) {
    if (Date.now() > deadline) return false;
    await delay(POLL);
  }
  return true;
}

function describeEnd({ name, log, logStart }: Child, code: number | null, signal: string | null): string {
  const how = signal === null ? `ended with code ${String(code)}` : `was ended by ${signal}`;
  const lines = readFileSync(log).subarray(logStart).toString('utf8').trimEnd().split('\n').slice(-20);
  return `${name} ${how}. The end of its log ${log}:\n${lines.map((line) => `  ${line}`).join('\n')}`;
}
