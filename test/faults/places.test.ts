import { describe, expect, it } from 'vitest';
import { placeOf, placeText, type Service } from './places.ts';

const textOf = (activity: string, service: Service, method: string, path: string): string =>
  placeText(placeOf(activity, service, { method, path, headers: {}, body: Buffer.alloc(0) }, 'atlas'));

describe('the place of a call', () => {
  it.each([
    ['POST', '/identity/v3/auth/tokens'],
    ['GET', '/load-balancer/'],
    ['GET', '/compute/v2.1/'],
  ])('%s %s is the session’s, whichever activity comes first', (method, path) => {
    const places = ['checkCluster', 'surveyCluster'].map((activity) => textOf(activity, 'openstack', method, path));
    expect(places).toEqual([`session ${method} openstack ${path}`, `session ${method} openstack ${path}`]);
  });

  it.each([
    ['openstack', '/load-balancer/v2/lbaas/loadbalancers', '/load-balancer/v2/lbaas/loadbalancers'],
    ['openstack', '/compute/v2.1/servers?name=atlas-abc234', '/compute/v2.1/servers?name={cluster}'],
    ['kubernetes', '/version/', '/version/'],
  ] as const)('in %s, %s is the activity’s', (service, path, expected) => {
    expect(textOf('checkCluster', service, 'GET', path)).toBe(`checkCluster GET ${service} ${expected}`);
  });
});
