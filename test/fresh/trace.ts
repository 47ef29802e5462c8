import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';

const OPENS = ['open', 'openat', 'openat2', 'execve', 'execveat', 'chroot', 'pivot_root'];
const BIRTHS = ['fork', 'vfork', 'clone', 'clone3'];
/** How a program asks whether a file is there, before it opens it or does something else. */
const QUESTIONS = ['stat', 'statx', 'newfstatat', 'access', 'faccessat', 'faccessat2'];

/**
 * Options of strace that write what {@link readTrace} reads. Only these calls stop a process (--seccomp-bpf). With
 * `questions` also what is asked for and not there is seen: five times as many calls.
 */
export const traceOptions = (questions: boolean): string[] => [
  ...['-f', '--seccomp-bpf', '-q', '-y', '-e', 'signal=none'],
  ...['-e', `trace=${[...OPENS, ...BIRTHS, ...(questions ? QUESTIONS : [])].join(',')}`],
];

/** The files that processes opened or ran, and those that were not there, each with a program that did it. */
export interface Trace {
  readonly opened: ReadonlyMap<string, string>;
  readonly missed: ReadonlyMap<string, string>;
  /** Names of programs that were run. */
  readonly programs: ReadonlySet<string>;
}

/**
 * What installs packages. It and the packages' own scripts, which it starts, make files that no package owns yet, and
 * look for what each can do without; what they leave is looked at when something of ours opens it.
 */
const INSTALLERS = /\/(apt-get|dpkg)$/;

interface Process {
  program: string;
  /**
   * `before`: of the set-up; `root`: in the root; `other`: in a root of its own, such as that of a machine, or
   * installing a package.
   */
  view: 'before' | 'root' | 'other';
}

interface Call {
  readonly name: string;
  readonly args: string;
  readonly result: string;
}

/** Collects what a trace says, line by line. */
export class TraceReader implements Trace {
  readonly opened = new Map<string, string>();
  readonly missed = new Map<string, string>();
  readonly programs = new Set<string>();
  readonly #processes = new Map<string, Process>();
  /**
   * Calls of processes whose parent's call has not returned yet, or returned the number of a machine's own process
   * namespace.
   */
  readonly #early = new Map<string, Call[]>();
  readonly #unfinished = new Map<string, string>();

  /** One line of strace's output. */
  line(text: string): void {
    const [, pid = '', rest = ''] = /^(\d+)\s+(.*)$/.exec(text) ?? [];
    if (rest.startsWith('+++')) {
      this.#processes.delete(pid);
      return;
    }
    if (rest.endsWith('<unfinished ...>')) {
      this.#unfinished.set(pid, rest.slice(0, -'<unfinished ...>'.length));
      return;
    }
    const resumed = /^<\.\.\. \w+ resumed>(.*)$/.exec(rest);
    const call = resumed === null ? rest : `${this.#unfinished.get(pid) ?? ''}${resumed[1] ?? ''}`;
    this.#unfinished.delete(pid);
    const [, name = '', args = '', result = ''] = /^(\w+)\((.*)\)\s+= (.*)$/.exec(call) ?? [];
    if (name !== '') this.#take(pid, { name, args, result });
  }

  #take(pid: string, call: Call): void {
    // The first of all is the set-up.
    if (this.#processes.size === 0) this.#processes.set(pid, { program: '', view: 'before' });
    const process = this.#processes.get(pid);
    if (process !== undefined) this.#call(process, call);
    else this.#early.set(pid, [...(this.#early.get(pid) ?? []), call]);
  }

  #call(process: Process, { name, args, result }: Call): void {
    if (/^(v?fork|clone3?)$/.test(name)) {
      const child = /^\d+/.exec(result)?.[0];
      if (child === undefined) return;
      this.#processes.set(child, { ...process });
      const early = this.#early.get(child) ?? [];
      this.#early.delete(child);
      for (const call of early) this.#take(child, call);
    } else if (name === 'chroot' || name === 'pivot_root') {
      if (!result.startsWith('0')) return;
      // The set-up changes its root by pivot_root, and enters it with the command by chroot.
      if (process.view !== 'before') process.view = 'other';
      else if (name === 'chroot') process.view = 'root';
    } else if (process.view === 'root') this.#file(process, name, pathIn(args), result);
  }

  #file(process: Process, name: string, path: string, result: string): void {
    const missed = result.includes('ENOENT') && path.startsWith('/');
    if (missed) this.missed.set(path, process.program);
    else if (QUESTIONS.includes(name)) return;
    else if (name.startsWith('exec')) {
      if (!result.startsWith('0')) return;
      process.program = path;
      this.programs.add(path.slice(path.lastIndexOf('/') + 1));
      this.opened.set(path, path);
      if (INSTALLERS.test(path)) process.view = 'other';
    } else {
      const opened = /^\d+<(\/.*?)>(\(deleted\))?$/.exec(result)?.[1];
      if (opened !== undefined) this.opened.set(unescaped(opened), process.program);
    }
  }
}

const pathIn = (args: string): string => unescaped(/"((?:[^"\\]|\\.)*)"/.exec(args)?.[1] ?? '');

/** strace writes what is not ASCII as the octal numbers of its bytes (strace: src/util.c, string_quote). */
function unescaped(text: string): string {
  if (!text.includes('\\')) return text;
  const bytes = [...text.matchAll(/\\([0-7]{1,3})|\\?([^])/g)].map(([, octal, other = '']) =>
    octal === undefined ? Buffer.from(other) : Buffer.from([Number.parseInt(octal, 8)]),
  );
  return Buffer.concat(bytes).toString();
}

/** Reads the output of strace. */
export async function readTrace(file: string): Promise<Trace> {
  const reader = new TraceReader();
  for await (const line of createInterface({ input: createReadStream(file) })) reader.line(line);
  return reader;
}
