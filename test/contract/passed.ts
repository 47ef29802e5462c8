import { PassedInputs } from '../support/passed-inputs.ts';

/**
 * What decides whether a case of the contract is equal: the client, the emulator, the real services' pins and
 * configuration, and the cases.
 */
export const contractInputs = new PassedInputs(
  'test/contract/passed.json',
  [
    'package-lock.json',
    'openstack-client-ts',
    'sandbox/package.json',
    'sandbox/openstack',
    'sandbox/src',
    'test/contract',
  ],
  ['sandbox/src/machines/'],
);
