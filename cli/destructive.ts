import { createInterface } from 'node:readline/promises';
import type { Command } from 'commander';
import { ClientFailureType, SlipwayError } from '../client/slipway-error.ts';
import type { Cli, JsonResult, Session } from './cli.ts';
import { plainLine } from './output/plain-text.ts';
import { formatFields } from './output/table.ts';

/** What would be gone after a command, as a person is told before the question. */
export interface Loss {
  /** What happens, to what: fits after "This" and before a colon, such as `deletes cluster atlas`. */
  readonly what: string;
  /** What goes with it, what stays, and what cannot be done afterwards: a name and a value each. */
  readonly details: readonly (readonly [string, string])[];
  /** What has to be typed to go on. */
  readonly answer: string;
}

/** A command's work, divided at the moment in which a person may still say no. */
export interface Removal {
  /**
   * Looks at what would be lost; undefined when this time it is nothing. Changes nothing. Not asked for with `--yes`.
   */
  readonly loss: () => Promise<Loss | undefined>;
  /** Does it. */
  readonly work: () => Promise<JsonResult>;
}

const declared = new WeakSet<Command>();

/**
 * Declares that a command removes or replaces something, and makes its action. The command gets the option `--yes`, and
 * does nothing before a person agreed: without a terminal, or with `--json`, `--yes` has to stand on the command line.
 *
 * @param prepare checks whether it can be done at all, and changes nothing; gets the command's arguments and options
 */
export function destructive<Args extends unknown[]>(
  command: Command,
  cli: Cli,
  prepare: (session: Session, ...args: Args) => Promise<Removal> | Removal,
): (...args: Args) => Promise<void> {
  declared.add(command);
  command.option('-y, --yes', 'do not ask; needed where nobody can be asked: without a terminal, and with --json');
  return (...args) =>
    cli.run(command, async (session) => {
      const { loss, work } = await prepare(session, ...args);
      if (command.opts<{ yes?: boolean }>().yes !== true) await askBefore(loss, session, command);
      return work();
    });
}

/** Whether a command was declared as one that removes or replaces something. */
export const isDestructive = (command: Command): boolean => declared.has(command);

async function askBefore(look: Removal['loss'], session: Session, command: Command): Promise<void> {
  const loss = await look();
  if (loss === undefined) return;
  if (!session.interactive) {
    const why = session.json ? 'with --json nobody is asked' : 'without a terminal nobody can be asked';
    throw notConfirmed(`This ${loss.what}, and ${why}: say --yes if it shall. Nothing was done`);
  }
  session.print(`This ${loss.what}:`);
  const details = loss.details.map(([name, value]) => [name, plainLine(value)] as const);
  session.print(formatFields(details, session.style).replaceAll(/^/gm, '  '));
  session.interruptedHint = 'Nothing was done.';
  const answer = await ask(`Type ${loss.answer} to go on: `, session, command);
  session.interruptedHint = undefined;
  if (answer?.trim() !== loss.answer) throw notConfirmed(`That is not "${loss.answer}": nothing was done`);
}

/**
 * One line from the terminal; undefined when it was closed (Ctrl-D). @throws SlipwayError `Client.Aborted` at Ctrl-C
 */
async function ask(question: string, session: Session, command: Command): Promise<string | undefined> {
  const { stdin, stdout } = session.environment;
  const lines = createInterface({ input: stdin, output: stdout });
  const interrupted = () =>
    new SlipwayError(ClientFailureType.Aborted, `${command.name()} was interrupted before it did anything`);
  try {
    return await new Promise<string | undefined>((resolve, reject) => {
      // Raw terminals deliver Ctrl-C as a key; readline's promise would stay open at either.
      lines.once('SIGINT', () => reject(interrupted()));
      // A line that came with the end is still an answer.
      lines.once('close', () => setImmediate(resolve, undefined));
      lines.question(question, { signal: session.signal }).then(resolve, () => reject(interrupted()));
    });
  } finally {
    lines.close();
  }
}

const notConfirmed = (message: string): SlipwayError => new SlipwayError(ClientFailureType.NotConfirmed, message);
