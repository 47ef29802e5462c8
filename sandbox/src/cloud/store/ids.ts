import { randomBytes, randomUUID } from 'node:crypto';

/** A UUID with dashes, as Nova, Neutron and most others make. */
export const uuid = (): string => randomUUID();

/** A UUID without dashes, as Keystone makes for users, projects and application credentials. */
export const hexId = (): string => randomUUID().replaceAll('-', '');

/** A secret of URL-safe characters. */
export const secret = (bytes = 32): string => randomBytes(bytes).toString('base64url');

/** A MAC address with the prefix Neutron uses by default. */
export const macAddress = (): string =>
  ['fa', '16', '3e', ...[...randomBytes(3)].map((byte) => byte.toString(16).padStart(2, '0'))].join(':');
