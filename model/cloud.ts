import { z } from 'zod';

/**
 * A cloud as Vault holds it, at `clouds/<name>`: one entry of clouds.yaml, complete with its secrets, and what Slipway
 * needs to know beside it.
 */
export const cloudEntrySchema = z.strictObject({
  cloud: z
    .looseObject({ auth: z.looseObject({ auth_url: z.url() }) })
    .describe('An entry of clouds.yaml (openstacksdk: configuration), with its secrets'),
  settings: z
    .strictObject({
      serversPerRequest: z
        .int()
        .min(1)
        .max(1000)
        .default(100)
        .describe('How many servers one request to Nova may ask for; 1 where a cloud forbids multi-create'),
      requestsPerSecond: z
        .number()
        .positive()
        .max(10_000)
        .default(100)
        .describe('Limit of requests to this cloud, per worker'),
      vaultAddressForMachines: z
        .url()
        .optional()
        .describe('Vault’s address as machines reach it; the worker’s when absent'),
      clusterRoles: z
        .array(z.string().min(1).max(255))
        .min(1)
        .max(20)
        .default(['member', 'load-balancer_member'])
        .describe('Roles of a cluster’s own application credential: those of these that Slipway’s own has'),
    })
    .prefault({}),
});

/** A cloud as Vault holds it, with its defaults. */
export type CloudEntry = z.output<typeof cloudEntrySchema>;
export type CloudSettings = CloudEntry['settings'];
