export { bootFailure } from './boot-failure.ts';
export { controlPlaneUserData, nodeUserData, UserDataError } from './user-data.ts';
