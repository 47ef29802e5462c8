import { readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import type { Command } from 'commander';
import type { Cli } from '../cli.ts';
import { destructive } from '../destructive.ts';
import { usageError } from '../usage-error.ts';

/**
 * `slipway kubeconfig`: the administrator's kubeconfig, on standard output or into a file that only its owner can read.
 */
export function registerKubeconfig(program: Command, cli: Cli): void {
  const command = program
    .command('kubeconfig')
    .description('print the administrator’s kubeconfig of a cluster: a secret, read from Vault')
    .argument('<name>', 'name of the cluster')
    .option('-o, --output <file>', 'write it into this file, readable by you alone, instead');
  command.action(
    destructive(command, cli, async (session, name: string, { output }: { output?: string }) => {
      const { clusters } = await session.slipway();
      const kubeconfig = await clusters.kubeconfig(name, { signal: session.signal });
      if (output === undefined) {
        return {
          loss: () => Promise.resolve(undefined),
          work: () => {
            session.show(kubeconfig.trimEnd());
            return Promise.resolve({ name, kubeconfig });
          },
        };
      }
      return {
        loss: async () => {
          const there = await stat(output).catch(() => undefined);
          if (there === undefined || (await readFile(output, 'utf8').catch(() => undefined)) === kubeconfig)
            return undefined;
          return {
            what: `replaces the file ${output} by the kubeconfig of cluster ${name}`,
            details: [['There now', `${there.size} bytes, written ${there.mtime.toISOString()}`]],
            answer: name,
          };
        },
        work: async () => {
          await writePrivately(output, kubeconfig);
          session.show(`Written to ${output}. Use it with: kubectl --kubeconfig ${output} get nodes`);
          return { name, path: output };
        },
      };
    }),
  );
}

/** The file appears with its whole content and its mode at once, in the place of one that was there. */
async function writePrivately(path: string, content: string): Promise<void> {
  const temporary = `${path}.${process.pid}.tmp`;
  try {
    await writeFile(temporary, content, { mode: 0o600, flag: 'wx' });
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw usageError(`Cannot write ${path}: ${error instanceof Error ? error.message : String(error)}`);
  }
}
