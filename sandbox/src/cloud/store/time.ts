/** Now, as `2026-01-31T12:00:00.123Z`: how times are stored. */
export const now = (): string => new Date().toISOString();

/** `2026-01-31T12:00:00Z`: Nova, Neutron, Glance. */
export const toSeconds = (iso: string): string => `${iso.slice(0, 19)}Z`;

/** `2026-01-31T12:00:00`: Octavia. */
export const toNaiveSeconds = (iso: string): string => iso.slice(0, 19);

/** `2026-01-31T12:00:00.123000`: Cinder, Designate, Nova's older extensions. */
export const toNaiveMicros = (iso: string): string => `${iso.slice(0, 23)}000`;

/** `2026-01-31T12:00:00.123000Z`: Keystone. */
export const toMicros = (iso: string): string => `${iso.slice(0, 23)}000Z`;
