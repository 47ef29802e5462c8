import { FailureType } from '../model/index.ts';
import { ClientFailureType } from '../client/slipway-error.ts';

/** How a command ended, for scripts. */
export const ExitCode = {
  ok: 0,
  /** The operation failed, or what was asked for is not there. */
  failure: 1,
  /** The command line, the input or the configuration is wrong; nothing was started. */
  usage: 2,
  /** Temporal, Vault or the workers do not answer or refuse access. */
  unreachable: 3,
  /** Ctrl-C; an operation that was started goes on. */
  interrupted: 130,
} as const;

export type ExitCode = (typeof ExitCode)[keyof typeof ExitCode];

const byType: Readonly<Record<string, ExitCode>> = {
  [FailureType.InvalidInput]: ExitCode.usage,
  [ClientFailureType.Configuration]: ExitCode.usage,
  [ClientFailureType.NotConfirmed]: ExitCode.usage,
  [ClientFailureType.TemporalUnreachable]: ExitCode.unreachable,
  [ClientFailureType.NamespaceNotFound]: ExitCode.unreachable,
  [ClientFailureType.AccessDenied]: ExitCode.unreachable,
  [ClientFailureType.NoWorker]: ExitCode.unreachable,
  [ClientFailureType.WorkerFailing]: ExitCode.unreachable,
  [ClientFailureType.TimedOut]: ExitCode.unreachable,
  [ClientFailureType.NoVault]: ExitCode.unreachable,
  [FailureType.VaultUnavailable]: ExitCode.unreachable,
  [FailureType.VaultUnauthorized]: ExitCode.unreachable,
  [ClientFailureType.Aborted]: ExitCode.interrupted,
};

/** The exit code for an error's type. */
export const exitCodeOf = (type: string): ExitCode => byType[type] ?? ExitCode.failure;
