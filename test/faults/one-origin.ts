import { z } from 'zod';
import { bodyOf, type Proxy, type ProxiedAnswer, startProxy, withBody } from '../support/fault-proxy.ts';

/** Path of a service below the one address, as in the emulator and in devstack; others have that of their type. */
const PREFIXES: Readonly<Record<string, string>> = { network: 'networking', 'block-storage': 'volume' };

/**
 * The services of a cloud, each of which has an address of its own, at one address: what a service tells of others, the
 * catalogue of a token, is changed on the way, so that all goes through whatever proxy the client asked.
 *
 * @param keystone - any URL of Keystone; the others are learnt from the catalogue
 */
export function startOneOrigin(keystone: string): Promise<Proxy> {
  const origins = new Map([['identity', new URL(keystone).origin]]);
  return startProxy({
    target: () => ({ url: keystone }),
    intercept: async (request, forward) => {
      const [, prefix = '', path = ''] = /^\/([^/?]+)(.*)$/.exec(request.path) ?? [];
      const url = origins.get(prefix);
      if (url === undefined) throw new Error(`no service of the catalogue is at ${request.path}`);
      const answer = await forward({ ...request, path: path.startsWith('/') ? path : `/${path}` }, { url });
      const hasCatalogue = prefix === 'identity' && path.endsWith('/auth/tokens') && request.method !== 'DELETE';
      return hasCatalogue ? await atOneOrigin(answer, `http://${request.headers.host ?? ''}`, origins) : answer;
    },
  });
}

const tokenSchema = z.looseObject({
  token: z.looseObject({
    catalog: z
      .array(z.looseObject({ type: z.string(), endpoints: z.array(z.looseObject({ url: z.string() })) }))
      .optional(),
  }),
});

async function atOneOrigin(answer: ProxiedAnswer, here: string, origins: Map<string, string>): Promise<ProxiedAnswer> {
  const body = await bodyOf(answer);
  const document = answer.status < 300 ? tokenSchema.safeParse(JSON.parse(body.toString('utf8'))).data : undefined;
  if (document === undefined) return { ...answer, body };
  for (const { type, endpoints } of document.token.catalog ?? []) {
    const prefix = PREFIXES[type] ?? type;
    for (const endpoint of endpoints) {
      const { origin, pathname } = new URL(endpoint.url);
      origins.set(prefix, origin);
      endpoint.url = `${here}/${prefix}${pathname === '/' ? '' : pathname}`;
    }
  }
  return withBody(answer, Buffer.from(JSON.stringify(document)));
}
