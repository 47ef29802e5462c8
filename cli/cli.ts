import type { Readable } from 'node:stream';
import type { Command } from 'commander';
import type { ClusterSpecInput, DoctorCheck } from '../model/index.ts';
import type { CloudsApi } from '../client/clouds/clouds.ts';
import type { ClustersApi } from '../client/clusters.ts';
import { ClientFailureType, isSlipwayError, SlipwayError } from '../client/slipway-error.ts';
import { ExitCode, exitCodeOf } from './exit-codes.ts';
import { plain, plainLine } from './output/plain-text.ts';
import { createProgressView, type HumanStream, type ProgressView } from './output/progress-view.ts';
import { createStyle, type Style, wantsColours } from './output/style.ts';

/** Slipway as commands use it. */
export interface SlipwayAccess {
  readonly clusters: ClustersApi;
  close(): Promise<void>;
}

/** What the command line needs of the process it runs in. */
export interface CliEnvironment {
  readonly variables: Readonly<Record<string, string | undefined>>;
  readonly stdin: Readable & { readonly isTTY?: boolean };
  readonly stdout: HumanStream;
  readonly stderr: HumanStream;
  /** Aborted by Ctrl-C. */
  readonly interrupt: AbortSignal;
  readonly now: () => number;
  readonly connect: () => Promise<SlipwayAccess>;
  /** The clouds in Vault. @throws SlipwayError `Client.NoVault` */
  readonly clouds: () => CloudsApi;
  /** Looks at everything Slipway needs; clouds are named, or all there are. */
  readonly examine: (options: {
    clouds?: readonly string[] | undefined;
    spec?: ClusterSpecInput | undefined;
    signal: AbortSignal;
  }) => AsyncIterable<DoctorCheck>;
}

/** The object that a command prints with `--json`; `ok` is added. */
export type JsonResult = Readonly<Record<string, unknown>>;

/** One run of a command. */
export class Session {
  readonly environment: CliEnvironment;
  readonly json: boolean;
  readonly style: Style;
  /** Said when Ctrl-C ends the wait: what goes on, and how to follow it. */
  interruptedHint: string | undefined;
  readonly #human: HumanStream;
  #slipway: SlipwayAccess | undefined;

  constructor(environment: CliEnvironment, options: { json: boolean; color: boolean }) {
    this.environment = environment;
    this.json = options.json;
    // With --json standard output holds the one object, and people read on standard error.
    this.#human = options.json ? environment.stderr : environment.stdout;
    this.style = createStyle(options.color && wantsColours(this.#human.isTTY === true, environment.variables));
  }

  get signal(): AbortSignal {
    return this.environment.interrupt;
  }

  /** Whether a person can be asked. */
  get interactive(): boolean {
    return this.environment.stdin.isTTY === true && this.#human.isTTY === true && !this.json;
  }

  /** Connects at the first call. */
  async slipway(): Promise<SlipwayAccess> {
    this.#slipway ??= await this.environment.connect();
    return this.#slipway;
  }

  /** The answer of a command in a person's form; with --json the object says it. */
  show(text: string): void {
    if (!this.json) this.print(text);
  }

  /** Text for people; with --json it goes to standard error. */
  print(text: string): void {
    this.#human.write(`${text}\n`);
  }

  /** Text for people beside the output proper: hints, warnings. */
  note(text: string): void {
    this.environment.stderr.write(`${text}\n`);
  }

  progressView(): ProgressView {
    return createProgressView(this.#human, this.style, this.environment.now);
  }

  async close(): Promise<void> {
    await this.#slipway?.close();
  }
}

/** Runs the actions of commands: output, errors, exit code. */
export class Cli {
  readonly environment: CliEnvironment;
  #exitCode: ExitCode = ExitCode.ok;

  constructor(environment: CliEnvironment) {
    this.environment = environment;
  }

  get exitCode(): ExitCode {
    return this.#exitCode;
  }

  /**
   * Runs one command's work. What it returns is printed with `--json`; `ok: false` in it makes the command fail.
   */
  async run(command: Command, work: (session: Session) => Promise<JsonResult>): Promise<void> {
    const { json = false, color = true } = command.optsWithGlobals<{ json?: boolean; color?: boolean }>();
    const session = new Session(this.environment, { json, color });
    try {
      const result = { ok: true, ...(await work(session)) };
      if (json) this.#printJson(result);
      if (!result.ok) this.#exitCode = ExitCode.failure;
    } catch (error) {
      this.fail(error, json, session.interruptedHint);
    } finally {
      await session.close().catch(() => undefined);
    }
  }

  /** Reports an error: a sentence on standard error, with `--json` also as an object on standard output. */
  fail(error: unknown, json: boolean, interruptedHint?: string): void {
    const failure = toSlipwayError(error);
    const { type, message, issues, left, workflowId } = failure;
    this.#exitCode = exitCodeOf(type);
    const { stderr } = this.environment;
    if (type === ClientFailureType.Aborted) {
      stderr.write(`${interruptedHint ?? 'Interrupted.'}\n`);
    } else {
      stderr.write(`${message.split('\n').map(plainLine).join('\n')}\n`);
      for (const resource of left ?? []) {
        stderr.write(
          `  left: ${resource.service} ${resource.type} ${resource.name} (${resource.id}): ${plain(resource.reason)}\n`,
        );
      }
    }
    if (json) this.#printJson({ ok: false, error: { type, message, issues, left, workflowId } });
  }

  #printJson(value: unknown): void {
    this.environment.stdout.write(`${JSON.stringify(value)}\n`);
  }
}

function toSlipwayError(error: unknown): SlipwayError {
  if (isSlipwayError(error)) return error;
  const message = error instanceof Error ? error.message : String(error);
  return new SlipwayError(ClientFailureType.Unexpected, message, { cause: error });
}
