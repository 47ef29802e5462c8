import { ApiException } from '@kubernetes/client-node';
import { expect, it } from 'vitest';
import { describe as words } from '../../../activities/kubernetes/failures.ts';

const status = { kind: 'Status', message: 'etcdserver: leader changed' };

it.each([
  ['a parsed Status', status, 'HTTP 503 etcdserver: leader changed'],
  ['a Status as text', JSON.stringify(status), 'HTTP 503 etcdserver: leader changed'],
  ['a page of a proxy', '<html>Bad gateway</html>', 'HTTP 503'],
  ['nothing', undefined, 'HTTP 503'],
])('tells the API server’s message of %s', (_, body, text) => {
  expect(words(new ApiException(503, 'Unknown API Status Code!', body, {}))).toBe(text);
});
