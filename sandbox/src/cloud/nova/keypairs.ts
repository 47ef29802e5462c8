import { createHash, generateKeyPairSync } from 'node:crypto';
import { z } from 'zod';
import type { Cloud } from '../cloud.ts';
import { accepted, created, noContent, ok, type Call, type Service } from '../http/service.ts';
import { takesBySchema } from '../http/takes.ts';
import { exceeds } from '../quotas.ts';
import { now, toNaiveMicros } from '../store/time.ts';
import type { Schema } from '../http/json-schema.ts';
import { paginate, sortRows } from '../http/paging.ts';
import { checkBody, checkQuery } from './check.ts';
import { nextPageLinks } from './next-page.ts';
import { anyText, many, name, nonNegativeInteger, strict, wrapped } from './parameter-types.ts';
import { badRequest, conflict, forbidden, notFound, policyForbidden } from './errors.ts';
import type { KeyPair } from './rows.ts';
import { novaVersions } from './microversions.ts';

const keyPairName = (minor: number): Schema => ({
  allOf: [
    name,
    {
      type: 'string',
      pattern: minor >= 92 ? '^[_\\-\\@\\. a-zA-Z0-9]+$' : '^[_\\- a-zA-Z0-9]+$',
      minLength: 1,
      maxLength: 255,
    },
  ],
});
const createSchema = (minor: number): Schema =>
  wrapped(
    'keypair',
    strict(
      {
        name: keyPairName(minor),
        ...(minor >= 2 && { type: { type: 'string', enum: ['ssh', 'x509'] } }),
        public_key: { type: 'string' },
        ...(minor >= 10 && { user_id: { type: 'string' } }),
      },
      ['name', ...(minor >= 92 ? ['public_key'] : [])],
    ),
  );
const querySchema = (minor: number, isList: boolean): Schema => ({
  type: 'object',
  properties: {
    ...(minor >= 10 && { user_id: anyText }),
    ...(isList && minor >= 35 && { limit: many(nonNegativeInteger), marker: anyText }),
  },
  additionalProperties: minor < 75,
});
const createBody = z.object({
  keypair: z.object({
    name: z.string(),
    public_key: z.string().optional(),
    type: z.string().default('ssh'),
    user_id: z.string().optional(),
  }),
});

/** An SSH wire string: its length in four bytes, then its bytes (RFC 4251, section 5). */
function wire(bytes: Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
}

/** A fresh Ed25519 key: OpenSSH's public form, and the private key as PKCS#8. */
function generate(): { publicKey: string; privateKey: string } {
  const pair = generateKeyPairSync('ed25519');
  const raw = pair.publicKey.export({ type: 'spki', format: 'der' }).subarray(-32);
  const blob = Buffer.concat([wire(Buffer.from('ssh-ed25519')), wire(raw)]);
  return {
    publicKey: `ssh-ed25519 ${blob.toString('base64')} Generated-by-Nova`,
    privateKey: pair.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  };
}

function fingerprint(publicKey: string): string {
  const [type = '', blob = ''] = publicKey.trim().split(/\s+/);
  const bytes = Buffer.from(blob, 'base64');
  if (!/^(ssh-|ecdsa-|sk-)/.test(type) || bytes.length < 16) {
    throw badRequest('Keypair data is invalid: failed to generate fingerprint');
  }
  return createHash('md5')
    .update(bytes)
    .digest('hex')
    .replace(/(..)(?=.)/g, '$1:');
}

/** `/os-keypairs`: a user's, not a project's. */
export function keyPairRoutes(service: Service, cloud: Cloud): void {
  const { keyPairs } = cloud.tables;
  const view = (call: Call, row: KeyPair) => ({
    name: row.name,
    public_key: row.publicKey,
    fingerprint: row.fingerprint,
    ...(call.microversion >= 2 && { type: row.type }),
  });
  /** Whose key pairs a query is about. @throws ApiError 400, 403 */
  const owner = (call: Call, action: 'index' | 'show' | 'delete'): string => {
    checkQuery(querySchema(call.microversion, action === 'index'), call);
    const other = call.microversion >= 10 ? call.query.get('user_id') : null;
    if (other === null || other === call.who.userId || call.who.isAdmin) return other ?? call.who.userId;
    throw policyForbidden(`os_compute_api:os-keypairs:${action}`);
  };
  const find = (call: Call, action: 'show' | 'delete'): KeyPair => {
    const wanted = call.params['name'] ?? '';
    const user = owner(call, action);
    const row = keyPairs.get(`${user}/${wanted}`);
    if (!row) throw notFound(`Keypair ${wanted} not found for user ${user}`);
    return row;
  };
  service.get('/v2.1/os-keypairs', (call) => {
    const mine = keyPairs.by('user', owner(call, 'index'));
    const item = (row: KeyPair) => ({ keypair: view(call, row) });
    if (call.microversion < 35) return ok({ keypairs: mine.map(item) });
    // Pages of key pairs are by name, and so is their marker.
    const rows = sortRows(mine, [{ key: 'name', descending: false }]).map((row) => ({ id: row.name, row }));
    const limit = Math.min(Number(call.query.get('limit') ?? cloud.computeMaxLimit), cloud.computeMaxLimit);
    const marker = call.query.get('marker') ?? undefined;
    const slice = paginate(rows, { limit, marker });
    if (!slice) throw badRequest(`Marker ${marker ?? ''} could not be found.`);
    const last = slice.items.at(-1);
    return ok({
      keypairs: slice.items.map(({ row }) => item(row)),
      ...(last && slice.items.length === limit && { keypairs_links: nextPageLinks(call, last.id) }),
    });
  });
  service.post('/v2.1/os-keypairs', takesBySchema(createSchema(novaVersions.max)), (call) => {
    checkBody(createSchema(call.microversion), call.body);
    const { keypair: wanted } = createBody.parse(call.body);
    const userId = wanted.user_id !== undefined && call.who.isAdmin ? wanted.user_id : call.who.userId;
    if (keyPairs.get(`${userId}/${wanted.name}`)) throw conflict(`Key pair '${wanted.name}' already exists.`);
    if (exceeds(cloud.limits('compute', call.who.projectId)['key_pairs'], keyPairs.count('user', userId), 1)) {
      throw forbidden('Quota exceeded, too many key pairs.');
    }
    const fresh = wanted.public_key === undefined ? generate() : undefined;
    const publicKey = wanted.public_key ?? fresh?.publicKey ?? '';
    const row = keyPairs.insert({
      id: `${userId}/${wanted.name}`,
      name: wanted.name,
      userId,
      type: wanted.type,
      publicKey,
      fingerprint: fingerprint(publicKey),
      createdAt: now(),
    });
    const body = { keypair: { ...view(call, row), user_id: userId, ...(fresh && { private_key: fresh.privateKey }) } };
    return call.microversion >= 2 ? created(body) : ok(body);
  });
  service.get('/v2.1/os-keypairs/:name', (call) => {
    const row = find(call, 'show');
    const more = {
      id: 1,
      user_id: row.userId,
      created_at: toNaiveMicros(row.createdAt),
      updated_at: null,
      deleted: false,
      deleted_at: null,
    };
    return ok({ keypair: { ...view(call, row), ...more } });
  });
  service.delete('/v2.1/os-keypairs/:name', (call) => {
    keyPairs.delete(find(call, 'delete').id);
    return call.microversion >= 2 ? noContent() : accepted();
  });
}
