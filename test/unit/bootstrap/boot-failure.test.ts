import { expect, it } from 'vitest';
import { bootFailure } from '../../../activities/bootstrap/index.ts';

it.each([
  ['SLIPWAY-BOOT-FAILED: kubeadm join: token is invalid\n', 'kubeadm join: token is invalid'],
  ['[  12.1] cloud-init: SLIPWAY-BOOT-FAILED: no user-data\nlogin: ', 'no user-data'],
  [
    '[    2.1] Kernel panic - not syncing: VFS: Unable to mount root fs\n[    2.2] Call Trace:\n[    2.3] ---[ end Kernel panic - not syncing: VFS: Unable to mount root fs ]---\n',
    '[    2.3] ---[ end Kernel panic - not syncing: VFS: Unable to mount root fs ]---',
  ],
  ['Failed to allocate manager object: Too many open files\nFreezing execution.\n', 'Freezing execution.'],
  [
    'Welcome\n\nThis machine did not boot: Failed to allocate manager object: Too many open files\n',
    'Failed to allocate manager object: Too many open files',
  ],
])('a console that ends with %j says why its machine did not boot', (console, reason) => {
  expect(bootFailure(console)).toBe(reason);
});

it.each([
  '',
  'Welcome to Debian GNU/Linux\n',
  'SLIPWAY-BOOT-OK\nlogin: ',
  // It booted again after it.
  '---[ end Kernel panic - not syncing: Fatal exception ]---\nLinux version 6.1\nSLIPWAY-BOOT-OK\n',
])('a console that ends with %j says nothing of the kind', (console) => {
  expect(bootFailure(console)).toBeUndefined();
});
