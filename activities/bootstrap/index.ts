export { bootFailure } from './boot-failure.ts';
export { controlPlaneUserData, nodeUserData, UserDataError, userDataTemplate } from './user-data.ts';
