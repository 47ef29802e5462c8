import { FailureType } from '../model/index.ts';
import type { VaultError, VaultErrorKind } from '../vault/index.ts';
import { ClientFailureType, SlipwayError } from './slipway-error.ts';

const types: Readonly<Record<VaultErrorKind, string>> = {
  unavailable: FailureType.VaultUnavailable,
  unauthorized: FailureType.VaultUnauthorized,
  forbidden: FailureType.VaultForbidden,
  'not-found': FailureType.VaultNotFound,
  invalid: ClientFailureType.Unexpected,
};

/** Vault's error with the type that Slipway's failures have. */
export function toVaultFailure(error: VaultError): SlipwayError {
  return new SlipwayError(types[error.kind], error.message, { cause: error });
}
