import type { Command } from 'commander';
import type { RunningOperation } from '../../model/index.ts';
import type { Steering } from '../../client/steer-operation.ts';
import type { Cli } from '../cli.ts';

interface Words {
  readonly description: string;
  /** What is said when the operation has been told. */
  readonly told: (running: RunningOperation, name: string) => string;
}

const commands: Readonly<Record<Steering, Words>> = {
  pause: {
    description: 'let the running operation of a cluster wait at its next safe point, for three days at most',
    told: ({ operation }, name) =>
      `${operation} of ${name} waits as soon as nothing is half done. "slipway resume ${name}" lets it go on.`,
  },
  resume: {
    description: 'let the operation of a cluster go on that was paused, or that something blocked',
    told: ({ operation }, name) => `${operation} of ${name} goes on. Follow it with "slipway watch ${name}".`,
  },
  abort: {
    description: 'end the running operation of a cluster; what it has done stays, what it left half done it takes back',
    told: ({ operation }, name) => `${operation} of ${name} ends. "slipway describe ${name}" says how.`,
  },
};

/** `slipway pause`, `slipway resume` and `slipway abort`. */
export function registerSteer(program: Command, cli: Cli): void {
  register(program, cli, 'pause');
  register(program, cli, 'resume');
  register(program, cli, 'abort');
}

function register(program: Command, cli: Cli, steering: Steering): void {
  const { description, told } = commands[steering];
  const command = program.command(steering).description(description).argument('<name>', 'name of the cluster');
  command.action((name: string) =>
    cli.run(command, async (session) => {
      const { clusters } = await session.slipway();
      const running = await clusters[steering](name, { signal: session.signal });
      session.show(told(running, name));
      return { name, told: steering, operation: running.operation, workflowId: running.workflowId };
    }),
  );
}
