export { controlPlaneUserData, nodeUserData, UserDataError, userDataTemplate } from './user-data.ts';

/** What a machine writes on its console, before the reason, when its boot failed (`slipway-bootstrap.py`). */
export const BOOT_FAILED = 'SLIPWAY-BOOT-FAILED';
