export { loadTemporalConfiguration, temporalVariables } from './configuration.ts';
export type { TemporalConfiguration } from './configuration.ts';
export { connectTemporal, connectWithin, TemporalUnreachableError } from './connection.ts';
export type { TemporalAccess } from './connection.ts';
export { EncryptionCodec } from './codec.ts';
export { CodecKeys } from './codec-keys.ts';
export { ensureCodecKeys, readCodecKeys } from './codec-key-store.ts';
export type { CodecKeyStore } from './codec-key-store.ts';
export {
  failureConverterPath,
  loadDataConverter,
  payloadConverterPath,
  workerDataConverter,
} from './data-converter.ts';
export { ConfigurationError, onOff, parseEnvironment, wholeNumber } from './environment.ts';
export type { Environment } from './environment.ts';
