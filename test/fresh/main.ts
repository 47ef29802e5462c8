import { Command, Option } from 'commander';
import { repositoryRoot } from '../../local/repository.ts';
import { interruptSignal, jsonAction, print, secondsSince, tell } from '../support/json-command.ts';
import { commands } from './commands.ts';
import { ownedFiles, type Undeclared, undeclared } from './declared.ts';
import { hostSettings } from './host-settings.ts';
import { makeMinimalRoot, removeMinimalRoot } from './minimal-root.ts';
import { prepareFreshHost, rootPackages } from './requirements.ts';
import { runInside } from './run-inside.ts';

interface Flags {
  readonly only?: readonly string[];
  readonly keep: boolean;
  readonly ifChanged: boolean;
  readonly verbose: boolean;
}

interface Result {
  readonly name: string;
  readonly ok: boolean;
  readonly seconds: number;
  readonly undeclared: readonly Undeclared[];
}

async function main({ only, keep, ifChanged, verbose }: Flags): Promise<void> {
  const started = Date.now();
  const chosen = commands.filter(({ name }) => only === undefined || only.includes(name));
  const wanted = await Promise.all(
    chosen.map(async (command) => ({
      command,
      digest: await command.passed.digest(),
      isWanted: !(ifChanged && (await command.passed.isCurrent())),
    })),
  ).then((all) => all.filter(({ isWanted }) => isWanted));
  if (wanted.length === 0) {
    tell('Nothing that a machine needs has changed since this passed (test/fresh/passed).');
    print({ ok: true, commands: [], undeclared: 0, unchanged: true });
    return;
  }
  await prepareFreshHost(tell);
  const signal = interruptSignal();
  const settings = await hostSettings();
  const packages = await rootPackages(signal);
  tell(`making a root with Debian’s essential packages, ${packages.join(', ')}`);
  const root = await makeMinimalRoot(repositoryRoot, packages, settings);
  const results: Result[] = [];
  try {
    for (const { command, digest } of wanted) {
      const began = Date.now();
      tell(`${command.name}: ${command.script.split('\n').join('; ')}`);
      const say = progress(command.name, verbose);
      const { code, last, trace } = await runInside(root, command, settings.env, say, signal);
      const found = undeclared(trace, await ownedFiles(root.folder));
      const result = { name: command.name, ok: code === 0, seconds: secondsSince(began), undeclared: found };
      results.push(result);
      const how = result.ok
        ? 'worked'
        : `ended with code ${String(code)}:\n${last.map((line) => `  ${line}`).join('\n')}`;
      tell(`${command.name}: ${how}${result.ok ? '' : '\n'} (${result.seconds} s, ${found.length} undeclared)`);
      for (const { path, how: verb, by } of found)
        tell(`  ${verb === 'opened' ? 'opened' : 'looked for'} ${path}: ${by}`);
      // Without it what follows fails for the same reason.
      if (!result.ok) break;
      if (found.length === 0) await command.passed.write(digest);
    }
  } finally {
    if (keep) tell(`kept: ${root.folder}`);
    else await removeMinimalRoot(root);
  }
  const count = new Set(results.flatMap((result) => result.undeclared.map(({ path }) => path))).size;
  const ok = results.length === wanted.length && results.every((result) => result.ok) && count === 0;
  print({ ok, commands: results, undeclared: count, seconds: secondsSince(started) });
  if (!ok) process.exitCode = 1;
}

/** Each line with `verbose`, else one now and then, so that a long command is seen to go on. */
function progress(name: string, verbose: boolean): (line: string) => void {
  let next = Date.now() + 15_000;
  return (line) => {
    if (line.trim() === '' || (!verbose && Date.now() < next)) return;
    next = Date.now() + 15_000;
    tell(`${name}: ${line.slice(0, 160)}`);
  };
}

const names = commands.map(({ name }) => name);

await new Command('fresh')
  .description(
    'Runs what the README names on a machine with nothing installed: a minimal Debian root, a clone of HEAD, empty caches. Linux, root',
  )
  .addOption(new Option('--only <command...>', 'only these, in their order').choices(names))
  .option('--if-changed', 'only commands of which an input has changed since they passed (test/fresh/passed)', false)
  .option('--keep', 'keep the root, and say where it is', false)
  .option('--verbose', 'every line that the commands write', false)
  .option('--json', 'accepted for symmetry: the last line is JSON in any case')
  .action(jsonAction(main))
  .parseAsync();
