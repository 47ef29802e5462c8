/** Where the clone is in the root, and the home folder with all caches. */
export const CLONE = '/srv/slipway';
export const HOME = '/root';
/** Where the toolchains of the host are seen. */
export const NODE = '/opt/node';
export const GO = '/opt/go';
