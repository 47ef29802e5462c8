// Boots a server as the ordinary user of a cloud that `slipway up --cloud openstack --json` describes, and removes it.
import { readFile } from 'node:fs/promises';
import { OpenStackClient } from 'openstack-client-ts';
import { parse } from 'yaml';
import { z } from 'zod';
import { tryServer } from '../../sandbox/src/openstack/readiness.ts';
import { timeLimit } from '../../model/index.ts';

const upSchema = z.looseObject({ cloudsFile: z.string() });
const cloudsSchema = z.looseObject({
  clouds: z.looseObject({
    sandbox: z.looseObject({
      auth: z.looseObject({
        ...{ auth_url: z.string(), username: z.string(), password: z.string(), project_name: z.string() },
        ...{ user_domain_name: z.string(), project_domain_name: z.string() },
      }),
      region_name: z.string(),
    }),
  }),
});

const { cloudsFile } = upSchema.parse(JSON.parse(process.argv[2] ?? ''));
const { sandbox } = cloudsSchema.parse(parse(await readFile(cloudsFile, 'utf8'))).clouds;
const client = new OpenStackClient({ auth: sandbox.auth, region: sandbox.region_name, userAgent: 'slipway-fresh' });
try {
  await tryServer(client, timeLimit(300_000));
  process.stdout.write('a server was booted and removed\n');
} finally {
  await client.close();
}
