import { PassThrough, Readable } from 'node:stream';
import type { CliEnvironment } from '../cli.ts';

/** An environment for a program that is described, not run. */
export function silentEnvironment(): CliEnvironment {
  const refuse = () => {
    throw new Error('this program is only described, not run');
  };
  return {
    variables: {},
    stdin: Readable.from([]),
    stdout: new PassThrough(),
    stderr: new PassThrough(),
    interrupt: new AbortController().signal,
    now: Date.now,
    connect: refuse,
    clouds: refuse,
    examine: refuse,
  };
}
