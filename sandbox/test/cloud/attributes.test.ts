import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Cloud } from '../../src/cloud/cloud.ts';
import { createServices } from '../../src/cloud/main.ts';
import { latencyProfiles } from '../../src/latency.ts';
import { cinderWalks } from './attributes/cinder.ts';
import { designateWalks } from './attributes/designate.ts';
import type { Expectation, Walk } from './attributes/expectation.ts';
import { glanceWalks } from './attributes/glance.ts';
import { keystoneWalks } from './attributes/keystone.ts';
import { neutronWalks } from './attributes/neutron.ts';
import { novaWalks } from './attributes/nova.ts';
import { octaviaWalks } from './attributes/octavia.ts';
import { objectsIn, walkOne } from './attributes/request.ts';
import { swiftWalks } from './attributes/swift.ts';
import { makeWorld, type World } from './attributes/world.ts';

let world: World;
beforeAll(async () => {
  world = await makeWorld();
}, 60_000);
afterAll(() => world.close());

const walks: Readonly<Record<string, (world: World) => Readonly<Record<string, Walk>>>> = {
  identity: keystoneWalks,
  compute: novaWalks,
  network: neutronWalks,
  image: glanceWalks,
  'load-balancer': octaviaWalks,
  'block-storage': cinderWalks,
  dns: designateWalks,
  'object-store': swiftWalks,
};
/** How each service refuses what it does not know. */
const unknownWords: Readonly<Record<string, RegExp>> = {
  identity: /Additional properties are not allowed \('bogus' was unexpected\)/,
  compute: /Additional properties are not allowed \('bogus' was unexpected\)/,
  network: /Unrecognized attribute\(s\) 'bogus'/,
  'load-balancer': /Unknown attribute for argument [\w.]+: bogus/,
  'block-storage': /Additional properties are not allowed \('bogus' was unexpected\)/,
  dns: /Keys \['bogus'\] are not valid for/,
};

const nothing = new Cloud({ latency: latencyProfiles.instant, externalCidr: '127.64.0.0/16' });
const routes = createServices(nothing)
  .filter(({ name }) => name !== 'admin')
  .flatMap(({ name: service, prefix, routes: all }) => all.map((route) => ({ ...route, service, prefix })))
  .filter(({ method }) => ['POST', 'PUT', 'PATCH'].includes(method));

it('every route that makes or changes something says what it takes', () => {
  expect(routes.filter(({ takes }) => takes === undefined).map(({ method, path }) => `${method} ${path}`)).toEqual([]);
});

describe('every attribute is kept, or refused in the service’s words:', () => {
  it.each(routes.filter(({ takes }) => takes !== undefined && takes.length > 0))(
    '$service $method $path',
    async ({ service, prefix, method, path, takes = [] }) => {
      const walk = walks[service]?.(world)[`${method} ${path}`];
      if (walk === undefined) throw new Error(`nobody walks it: ${JSON.stringify(takes)}`);
      const problems: Record<string, string> = {};
      const go = async (attribute: string, expectation: Expectation | undefined): Promise<void> => {
        const problem =
          expectation === undefined
            ? 'nobody says what becomes of it'
            : await walkOne(world, { method, path: prefix + path, walk, attribute, expectation });
        if (problem !== undefined) problems[attribute] = problem;
      };
      for (const attribute of takes) await go(attribute, walk.attributes[attribute]);
      for (const parent of objectsIn(takes)) {
        const words = unknownWords[service];
        const ordinary: Expectation | undefined = words && { kind: 'refused', value: 'x', words, more: {} };
        await go(`${parent}bogus`, walk.unknown?.(parent) ?? ordinary);
      }
      for (const stale of Object.keys(walk.attributes)) if (!takes.includes(stale)) problems[stale] = 'no attribute';
      expect(problems).toEqual({});
    },
    60_000,
  );
});
