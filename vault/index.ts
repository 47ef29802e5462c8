export { KV_MOUNT, VaultClient, type VaultTokenInfo } from './client.ts';
export { VaultConfigError, vaultFromEnvironment, vaultOptionsFromEnvironment } from './config.ts';
export { VaultError, type VaultErrorKind } from './error.ts';
export type { KvStore } from './kv.ts';
export type { CertificateRequest, IssuedCertificate } from './pki.ts';
export { describeToken, lackingForWorker } from './token-report.ts';
export type { VaultOptions } from './transport.ts';
export type { WrappedSecret } from './wrapping.ts';
