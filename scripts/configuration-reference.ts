import { writeFile } from 'node:fs/promises';
import { z } from 'zod';
import { codecServerVariables } from '../codec-server/configuration.ts';
import { temporalVariables } from '../temporal/index.ts';
import { workerVariables } from '../workers/configuration.ts';

/** Writes docs/reference/configuration.md from the schemas by which the processes read their environment. */

const jsonSchema = z.looseObject({
  properties: z.record(z.string(), z.looseObject({ description: z.string(), default: z.unknown().optional() })),
});

/** One table row per variable: name, default, meaning. */
function table(variables: z.ZodObject): string {
  const { properties } = jsonSchema.parse(z.toJSONSchema(variables, { io: 'input', unrepresentable: 'any' }));
  const rows = Object.entries(properties).map(([name, { description, default: value }]) => {
    const shown = typeof value === 'string' ? `\`${value}\`` : '';
    return `| \`${name}\` | ${shown} | ${description.replaceAll('|', '\\|')} |`;
  });
  return ['| variable | default | meaning |', '| --- | --- | --- |', ...rows].join('\n');
}

const page = `# Configuration

<!-- Written by scripts/configuration-reference.ts from the schemas in the code: change those. -->

Every process is configured by environment variables, and checks all of them at its start: a wrong one is named with the reason, and
the process ends with status 78. An empty variable counts as absent.

## Reaching Temporal (worker, client, command line)

Temporal's own conventions hold: \`TEMPORAL_ADDRESS\`, \`TEMPORAL_NAMESPACE\`, \`TEMPORAL_API_KEY\`, \`TEMPORAL_TLS\` and its kin, and
profiles in \`temporal.toml\` (\`TEMPORAL_CONFIG_FILE\`, \`TEMPORAL_PROFILE\`). Variables win over the file.

${table(temporalVariables)}

## Reaching Vault (worker, codec server, command line)

| variable | default | meaning |
| --- | --- | --- |
| \`VAULT_ADDR\` |  | Address of Vault or OpenBao, such as \`https://vault.example.org:8200\` |
| \`VAULT_TOKEN\` |  | Token with the policy in [vault-policy.hcl](vault-policy.hcl) |
| \`SLIPWAY_VAULT_TOKEN_FILE\` |  | File that holds the token; read again when it changes, so that an agent may replace it ([Vault’s token](vault-token.md)) |
| \`VAULT_NAMESPACE\` |  | Namespace of Vault Enterprise or OpenBao |
| \`VAULT_CACERT\` |  | PEM file of the authority to trust |
| \`VAULT_CLIENT_TIMEOUT\` | 10 | Seconds to wait for one answer |

## Worker (\`workers/main.ts\`)

\`/healthz\`, \`/readyz\` and \`/metrics\` answer at \`SLIPWAY_HTTP_ADDRESS\`; the metrics of Temporal's SDK have an address of their own.

${table(workerVariables)}

## Proxies (worker, to OpenStack)

| variable | default | meaning |
| --- | --- | --- |
| \`HTTPS_PROXY\` |  | Proxy for \`https:\` addresses of a cloud, such as \`http://user:password@proxy.example.org:3128\`; it is asked for a tunnel |
| \`HTTP_PROXY\` |  | Proxy for \`http:\` addresses of a cloud |
| \`ALL_PROXY\` |  | Proxy where the one for the scheme is not set |
| \`NO_PROXY\` |  | What is reached directly, separated by commas: names with all below them, addresses, ranges such as \`10.0.0.0/8\`, each with \`:port\` or without, or \`*\` |

The same in lower case wins, as in OpenStack's own tools. This machine's own addresses (\`localhost\`, \`127.0.0.0/8\`, \`::1\`) are always
reached directly. A proxy of another kind than http and https, such as socks5, fails the request that needs it. Vault, Temporal and the
API of clusters are reached without these.

## Codec server (\`codec-server/main.ts\`)

${table(codecServerVariables)}
`;

await writeFile(new URL('../docs/reference/configuration.md', import.meta.url), page);
