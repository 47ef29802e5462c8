import { z } from 'zod';

/** Name of a StorageClass: a DNS subdomain (Kubernetes, object names). */
export const storageClassName = z
  .string()
  .max(253)
  .regex(/^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/, 'must be the name of a StorageClass');
