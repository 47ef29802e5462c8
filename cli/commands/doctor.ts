import type { Command } from 'commander';
import type { DoctorCheck } from '../../model/index.ts';
import type { Cli, Session } from '../cli.ts';
import { readClusterSpec } from '../input/cluster-spec-input.ts';
import { plain } from '../output/plain-text.ts';

/** `slipway doctor`: what is missing or unreachable, and what to do about it. */
export function registerDoctor(program: Command, cli: Cli): void {
  const command = program
    .command('doctor')
    .description('say what is missing or unreachable: Temporal, workers, Vault, and each cloud; changes nothing')
    .option('--cloud <name...>', 'look at these clouds only; every cloud in Vault when absent')
    .option('-f, --file <file>', 'also whether the cloud of this cluster specification can hold the cluster');
  command.action(({ cloud, file }: { cloud?: string[]; file?: string }) =>
    cli.run(command, async (session) => {
      const spec = file === undefined ? undefined : await readClusterSpec({ file }, session);
      const clouds = cloud ?? (spec === undefined ? undefined : [spec.cloud]);
      const checks: DoctorCheck[] = [];
      for await (const check of session.environment.examine({ clouds, spec, signal: session.signal })) {
        checks.push(check);
        printCheck(check, session);
      }
      const bad = checks.filter(({ ok }) => !ok).length;
      session.print('');
      session.print(bad === 0 ? `All ${checks.length} checks are well.` : `${bad} of ${checks.length} checks failed.`);
      return { ok: bad === 0, checks };
    }),
  );
}

function printCheck({ title, ok, detail, fix }: DoctorCheck, session: Session): void {
  const { style } = session;
  session.print(`${ok ? style.good('✔') : style.bad('✖')} ${title}  ${style.dim(plain(detail))}`);
  if (!ok && fix !== undefined) session.print(`    ${plain(fix)}`);
}
