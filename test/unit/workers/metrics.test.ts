import { expect, test } from 'vitest';
import { createMetrics } from '../../../workers/metrics.ts';

test('requests to OpenStack and activities are counted', async () => {
  const metrics = createMetrics('b');
  metrics.onOpenStackRequest({ cloud: 'c', service: 'compute', method: 'GET', status: 503, seconds: 0.2 });
  metrics.activities.started('ensureNetwork')('failed', 'OpenStack.Unavailable');
  const end = metrics.activities.started('waitForServers');
  const body = await metrics.registry.metrics();
  expect(body).toContain('slipway_openstack_requests_total{cloud="c",service="compute",method="GET",status="503"} 1');
  expect(body).toContain(
    'slipway_openstack_request_seconds_bucket{le="0.25",cloud="c",service="compute",method="GET"} 1',
  );
  expect(body).toContain(
    'slipway_activities_total{activity="ensureNetwork",outcome="failed",failure="OpenStack.Unavailable"} 1',
  );
  expect(body).toContain('slipway_activities_running{activity="waitForServers"} 1');
  expect(body).toContain('slipway_build_info{build_id="b"} 1');
  end('completed');
  expect(await metrics.registry.metrics()).toContain('slipway_activities_running{activity="waitForServers"} 0');
});
