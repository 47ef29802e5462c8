import { z } from 'zod';

/** The memo of a cluster's workflow: what the server itself tells of a cluster, without asking a worker. */
export const clusterMemoSchema = z
  .looseObject({ clusterId: z.string().optional(), createdAt: z.string().optional() })
  .catch({});
