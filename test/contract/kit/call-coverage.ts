import { readFileSync } from 'node:fs';
import type { OpenStackClient } from 'openstack-client-ts';

/**
 * Every method that the client documents, such as `cloud.compute.servers.create`; but `update` of what never changes
 * takes no values.
 */
export function offeredCalls(): string[] {
  const api = readFileSync(new URL('../../../openstack-client-ts/api.md', import.meta.url), 'utf8');
  let at = '';
  return api.split('\n').flatMap((line) => {
    at = /^#{2,4} (cloud\S*)/.exec(line)?.[1]?.replace(/\(.*\)/, '') ?? at;
    const method = /^- `(\w+)\(/.exec(line)?.[1];
    return method === undefined || line.includes('values: never') ? [] : [`${at}.${method}`];
  });
}

/** The same client, which adds the documented name of every method that is called on it to `calls`. */
export function trackCalls(client: OpenStackClient, calls: Set<string>): OpenStackClient {
  return tracked(client, 'cloud', calls);
}

function tracked<T extends object>(target: T, at: string, calls: Set<string>): T {
  return new Proxy(target, {
    get: (_, name) => {
      const value: unknown = Reflect.get(target, name, target);
      if (typeof name !== 'string') return value;
      const path = `${at}.${name}`;
      if (typeof value === 'function') {
        return (...args: unknown[]): unknown => {
          calls.add(path);
          const result: unknown = Reflect.apply(value, target, args);
          // The members of a pool and the rules of a policy are reached by a call.
          return isResource(result) ? tracked(result, path, calls) : result;
        };
      }
      return typeof value === 'object' && value !== null ? tracked(value, path, calls) : value;
    },
  });
}

const isResource = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && 'waitFor' in value && typeof value.waitFor === 'function';
