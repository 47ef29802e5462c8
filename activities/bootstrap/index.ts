export { bootFailure } from './boot-failure.ts';
export { authenticationSettings, hasIssuers } from './kubeadm-config.ts';
export { controlPlaneUserData, nodeUserData, UserDataError, userDataTemplate } from './user-data.ts';
