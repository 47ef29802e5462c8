import { z } from 'zod';
import { parseIpv4 } from '../cidr.ts';

/** A DNS label of Kubernetes that starts with a letter, as names of machines are made of. */
export const dnsLabel = (max: number) =>
  z
    .string()
    .max(max)
    .regex(
      /^[a-z]([-a-z0-9]*[a-z0-9])?$/,
      'must be lower-case letters, digits and "-", start with a letter and not end with "-"',
    );

/** A name or id of something that exists in the cloud. */
export const reference = z.string().min(1).max(255);

export const uuid = z
  .string()
  .regex(/^[0-9a-fA-F]{8}-?([0-9a-fA-F]{4}-?){3}[0-9a-fA-F]{12}$/, 'must be the id (UUID) of an existing resource');

/** An IPv4 address. The pattern is for the JSON Schema, which editors use; it is looser than the check. */
export const ipv4 = z
  .string()
  .refine((text) => parseIpv4(text) !== undefined, 'must be an IPv4 address')
  .meta({ pattern: '^\\d{1,3}(\\.\\d{1,3}){3}$' });

/**
 * Whether a text is a DNS name in lower case of at most `max` characters. Kubernetes does without the limit of 63 for a
 * label (apimachinery: pkg/util/validation, IsDNS1123Subdomain); what resolves names does not.
 */
export const isDnsName = (text: string, max = 253): boolean =>
  text.length <= max && text.split('.').every((label) => /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/.test(label));

/** Whether a text is an IPv6 address without a zone (RFC 4291, section 2.2). */
export const isIpv6 = (text: string): boolean => z.safeParse(z.ipv6(), text).success;
