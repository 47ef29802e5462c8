import { randomBytes } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';

const secretsSchema = z.strictObject({
  /** Passwords of the users `admin` and `demo`. */
  admin: z.string(),
  demo: z.string(),
  /** Password of the services' own users. */
  service: z.string(),
  database: z.string(),
  messages: z.string(),
  /** Between Nova and the metadata proxy; Octavia's heartbeats. */
  shared: z.string(),
  /** 32 bytes in hexadecimal: what volumes would be encrypted with. */
  volumeKey: z.string(),
  /** Names of objects on Swift's disk are hashed with it: without it they are lost. */
  objectHash: z.string(),
  /** Fernet keys: 32 bytes in URL-safe base64. */
  tokenKeys: z.array(z.string()),
  credentialKeys: z.array(z.string()),
  /** Name of this cloud's RabbitMQ node. */
  node: z.string(),
});

/** What is drawn by lot for a cloud, once. */
export type Secrets = z.output<typeof secretsSchema>;

/** The secrets of the cloud in `data`: those it has, else new ones, which are kept (mode 0600). */
export async function cloudSecrets(data: string): Promise<Secrets> {
  const file = join(data, 'secrets.json');
  const text = await readFile(file, 'utf8').catch(() => undefined);
  if (text !== undefined) return secretsSchema.parse(JSON.parse(text));
  const secrets = drawSecrets();
  await writeFile(file, `${JSON.stringify(secrets, null, 2)}\n`, { mode: 0o600, flag: 'wx' });
  return secrets;
}

function drawSecrets(): Secrets {
  const password = () => randomBytes(24).toString('hex');
  // cryptography.fernet wants the padding.
  const fernetKey = () => `${randomBytes(32).toString('base64url')}=`;
  return {
    admin: password(),
    demo: password(),
    service: password(),
    database: password(),
    messages: password(),
    shared: password(),
    volumeKey: randomBytes(32).toString('hex'),
    objectHash: password(),
    tokenKeys: [fernetKey(), fernetKey()],
    credentialKeys: [fernetKey(), fernetKey()],
    node: `sandbox-${randomBytes(4).toString('hex')}`,
  };
}
