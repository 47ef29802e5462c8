import { describe, expect, it } from 'vitest';
import { clusterSpecSchema } from '../../../model/index.ts';
import { requestIn } from '../../../workflows/lib/messages.ts';

const spec = clusterSpecSchema.parse({ name: 'atlas', cloud: 'sandbox' });
const request = { operation: 'createCluster', input: spec, requestedBy: 'createCluster/atlas', requestId: 'run' };

describe('a request for an operation', () => {
  it('of this build is what it says', () => {
    expect(requestIn(request)).toEqual(request);
  });

  it('of a build that knows no addons asks for none', () => {
    const { addons, ...before } = spec;
    expect(requestIn({ ...request, input: before })?.input).toEqual({ ...before, addons });
  });

  it('whose input this build does not take is left as it came', () => {
    const input = { ...spec, later: true };
    expect(requestIn({ ...request, input })?.input).toEqual(input);
  });

  it.each([
    undefined,
    'createCluster',
    { ...request, operation: 'paintCluster' },
    { ...request, input: 'atlas' },
    { ...request, requestedBy: '' },
    { ...request, requestId: 7 },
  ])('is not %j', (message) => {
    expect(requestIn(message)).toBeUndefined();
  });
});
