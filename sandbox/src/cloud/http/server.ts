import type { IncomingHttpHeaders } from 'node:http';
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import type { Cloud } from '../cloud.ts';
import { isAllowed } from '../keystone/allowed-request.ts';
import { authenticate } from '../keystone/authentication.ts';
import { anonymous, type Identity } from '../keystone/identity.ts';
import { uuid } from '../store/ids.ts';
import { now } from '../store/time.ts';
import { redact } from './request-log.ts';
import { ApiError, isRecord, parseJson, type Answer, type Call, type Route, type Service } from './service.ts';
import { webobError } from './webob.ts';

const maximumBody = 1024 ** 3;
interface Trace {
  readonly requestId: string;
  readonly started: number;
  who: Identity;
  service: string;
  route: string;
  /** As the client wrote them; Fastify only sees a content type that it cannot refuse. */
  readonly headers: IncomingHttpHeaders;
  /** What was read of the body. */
  body: unknown;
}

const traces = new WeakMap<object, Trace>();

function traceOf(request: FastifyRequest): Trace {
  const known = traces.get(request.raw);
  if (known) return known;
  const trace: Trace = {
    requestId: `req-${uuid()}`,
    started: performance.now(),
    who: anonymous,
    service: '-',
    route: '-',
    headers: { ...request.raw.headers },
    body: undefined,
  };
  traces.set(request.raw, trace);
  return trace;
}

function send(reply: FastifyReply, answer: Answer, trace: Trace, emptyType?: string): FastifyReply {
  if (!reply.hasHeader('x-openstack-request-id')) void reply.header('x-openstack-request-id', trace.requestId);
  if (trace.service === 'compute') void reply.header('x-compute-request-id', trace.requestId);
  void reply.code(answer.status).headers({ ...answer.headers });
  const { body } = answer;
  const type =
    body === undefined ? emptyType : typeof body === 'string' ? 'text/plain; charset=UTF-8' : 'application/json';
  if (type !== undefined && !Buffer.isBuffer(body) && !reply.hasHeader('content-type')) {
    void reply.header('content-type', type);
  }
  // An empty type is the handler's word for none.
  if (reply.getHeader('content-type') === '') void reply.removeHeader('content-type');
  // JSON goes out as bytes: Fastify would add a charset to the type, and OpenStack's services do not.
  const plain = body === undefined || typeof body === 'string' || Buffer.isBuffer(body);
  return reply.send(plain ? body : Buffer.from(JSON.stringify(body)));
}

function sendError(request: FastifyRequest, reply: FastifyReply, error: ApiError): FastifyReply {
  const trace = traceOf(request);
  const [path] = split(request.url);
  const { headers, requestId } = trace;
  return send(reply, error.answer({ method: request.method, path, headers, requestId }), trace);
}

const stringParams = (params: unknown): Record<string, string> =>
  isRecord(params) ? Object.fromEntries(Object.entries(params).map(([key, value]) => [key, String(value)])) : {};

const pause = (milliseconds: number): Promise<void> => new Promise((done) => setTimeout(done, milliseconds));

/** What keystonemiddleware answers without a good token (keystonemiddleware:auth_token/__init__.py). */
function unauthorized(request: FastifyRequest, { dialect }: Service): ApiError {
  const origin = `${request.protocol}://${request.host}`;
  const token = request.headers['x-auth-token'];
  const challenge = { 'www-authenticate': `Keystone uri="${origin}/identity/v3"` };
  const message = 'The request you have made requires authentication.';
  const body = { error: { code: 401, title: 'Unauthorized', message } };
  return (
    dialect.unauthorized?.(challenge, typeof token === 'string' ? token : undefined) ??
    new ApiError(401, body, message, challenge)
  );
}

/** One HTTP server with all services of a cloud under their prefixes. */
export function createServer(cloud: Cloud, services: readonly Service[]): FastifyInstance {
  const app = fastify({
    bodyLimit: maximumBody,
    forceCloseConnections: true,
    keepAliveTimeout: 65_000,
    rewriteUrl: (request) => rewrite(request.url ?? '/'),
    routerOptions: { maxParamLength: 2048, querystringParser: () => ({}) },
    exposeHeadRoutes: false,
    // A path that is no URL is to a service only one that it does not have.
    frameworkErrors: (_error, request, reply) => {
      void notFound(request, reply);
    },
  });
  // Bodies are read after the token, as the services do it, whatever type they say that they have.
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, parsed) => {
    parsed(null, body);
  });
  // Swift's.
  app.addHttpMethod('COPY', { hasBody: true });
  const log = (request: FastifyRequest, status: number): void => {
    const trace = traceOf(request);
    if (trace.service === 'admin') return;
    cloud.log.add(
      {
        time: now(),
        service: trace.service,
        method: request.method,
        path: request.originalUrl,
        status,
        milliseconds: Math.round((performance.now() - trace.started) * 10) / 10,
        user: trace.who.userName || null,
        project: trace.who.projectName,
        userAgent: request.headers['user-agent'] ?? null,
        requestId: trace.requestId,
        body: isRecord(trace.body) && !Buffer.isBuffer(trace.body) ? redact(trace.body) : null,
      },
      trace.route,
    );
  };
  app.addHook('onRequest', async (request) => {
    const { headers } = traceOf(request);
    if (headers['content-type'] !== undefined) request.raw.headers['content-type'] = 'application/octet-stream';
    if (cloud.requestDelayMs > 0 && !request.url.startsWith('/_sandbox')) await pause(cloud.requestDelayMs);
  });
  app.addHook('onResponse', (request, reply, done) => {
    log(request, reply.statusCode);
    done();
  });

  /** Who makes a request; nobody, if the access rules of an application credential do not let it. */
  const senderOf = ({ method, originalUrl, headers }: FastifyRequest, { name, prefix }: Service) => {
    const who = authenticate(cloud, headers['x-auth-token']);
    const [path] = split(originalUrl);
    return who && isAllowed(cloud, who, { service: name, method, path: path.slice(prefix.length) }) ? who : undefined;
  };

  const handle = (service: Service, route: Route) => async (request: FastifyRequest, reply: FastifyReply) => {
    const trace = traceOf(request);
    trace.service = service.name;
    trace.route = `${service.prefix}${route.path}`;
    const origin = `${request.protocol}://${request.host}`;
    let headers: Readonly<Record<string, string>> = {};
    try {
      const who = senderOf(request, service);
      if (who) trace.who = who;
      else if (!route.open) throw unauthorized(request, service);
      const [path, search] = split(request.url);
      const call: Call = {
        method: request.method,
        path: path.slice(service.prefix.length),
        origin,
        params: stringParams(request.params),
        query: new URLSearchParams(search),
        headers: trace.headers,
        body: undefined,
        requestId: trace.requestId,
        clientAddress: request.ip,
        who: trace.who,
        microversion: 0,
      };
      headers = service.before(call);
      trace.body = readBody(service, request.body, trace.headers['content-type'] ?? '');
      const answer = await route.handler({ ...call, body: trace.body });
      const all = { ...answer, headers: { ...headers, ...answer.headers } };
      return await send(reply, all, trace, service.dialect.emptyType);
    } catch (error) {
      const known = error instanceof ApiError ? error : internal(service, error);
      return sendError(request, reply.headers({ ...headers }), known);
    }
  };

  for (const service of services) {
    void app.register((scope, _options, done) => {
      for (const route of service.routes) {
        scope.route({ method: route.method, url: service.prefix + route.path, handler: handle(service, route) });
      }
      done();
    });
  }

  const patterns = services.map((service) => ({
    service,
    routes: service.routes.map((route) => ({ method: route.method, pattern: toPattern(service.prefix + route.path) })),
  }));
  const notFound = (request: FastifyRequest, reply: FastifyReply): FastifyReply => {
    const trace = traceOf(request);
    const [path] = split(request.url);
    const owner = patterns.find(({ service }) => path === service.prefix || path.startsWith(`${service.prefix}/`));
    if (!owner) return sendError(request, reply, webobError(404));
    const { service, routes } = owner;
    trace.service = service.name;
    trace.route = 'unknown';
    const who = senderOf(request, service);
    if (who) trace.who = who;
    else if (service.guarded) return sendError(request, reply, unauthorized(request, service));
    const allowed = routes.filter((route) => route.pattern.test(path)).map((route) => route.method);
    const { headers, requestId } = trace;
    const asked = { path, method: request.method, headers, allowed, requestId };
    return sendError(request, reply, service.dialect.unknownPath?.(asked) ?? webobError(404));
  };
  app.setNotFoundHandler(notFound);
  app.setErrorHandler((error, request, reply) => {
    const trace = traceOf(request);
    const status = isRecord(error) && typeof error.statusCode === 'number' ? error.statusCode : 500;
    const service = services.find(({ prefix }) => request.url.startsWith(`${prefix}/`));
    if (service) trace.service = service.name;
    const message = error instanceof Error ? error.message : String(error);
    return sendError(request, reply, service ? service.dialect.error(status, message) : webobError(status, message));
  });
  return app;
}

function internal(service: Service, error: unknown): ApiError {
  process.stderr.write(`${service.name}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  return service.dialect.error(
    500,
    'Unexpected API Error. Please report this to the sandbox and attach its log if possible.',
    'HTTPInternalServerError',
  );
}

function readBody({ raw, dialect }: Service, body: unknown, contentType: string): unknown {
  if (!Buffer.isBuffer(body) || (body.length === 0 && !raw)) return undefined;
  if (raw) return body;
  const text = body.toString();
  if (dialect.readBody) return dialect.readBody(text, contentType);
  return parseJson(text, dialect.error(400, 'Malformed request body'));
}

function split(url: string): [path: string, search: string] {
  const mark = url.indexOf('?');
  return mark < 0 ? [url, ''] : [url.slice(0, mark), url.slice(mark + 1)];
}

const loadBalancing =
  'loadbalancers|listeners|pools|l7policies|healthmonitors|quotas|providers|flavors|flavorprofiles|availabilityzones|availabilityzoneprofiles';
const withoutLbaas = new RegExp(`^/load-balancer/v2/(?=(${loadBalancing})(/|\\?|$))`);

/**
 * Other forms of addresses that clients use: a project id in Nova's and Cinder's path, Octavia's v2.0, and its paths
 * without `lbaas` (octavia:octavia/api/v2/controllers/__init__.py, class V2Controller).
 */
function rewrite(url: string): string {
  return url
    .replace(/^\/compute\/v2(?:\.1)?\/[0-9a-f]{32}\//, '/compute/v2.1/')
    .replace(/^\/volume\/v3\/[0-9a-f]{32}\//, '/volume/v3/')
    .replace(/^\/load-balancer\/v2\.0\//, '/load-balancer/v2/')
    .replace(withoutLbaas, '/load-balancer/v2/lbaas/');
}

function toPattern(path: string): RegExp {
  const escaped = path.replace(/[.+?^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`^${escaped.replace(/:[A-Za-z]+/g, '[^/]+').replace(/\*/g, '.*')}$`);
}
