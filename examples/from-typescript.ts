/*
 * A service that makes a cluster per team. Run it in this repository with
 *   node --conditions=source --import tsx examples/from-typescript.ts team-blue
 * It finds Temporal and Vault by TEMPORAL_ADDRESS, VAULT_ADDR and so on, as the command line does.
 */
import { isSlipwayError, SlipwayClient } from 'slipway/client';

const [name = 'team-blue'] = process.argv.slice(2);
const slipway = await SlipwayClient.connect();
try {
  // The same request made again, by this process or another, meets the first one and gets its result.
  const request = await slipway.clusters.create({
    name,
    cloud: 'sandbox',
    nodeGroups: [{ name: 'workers', count: 2, labels: { 'example.org/team': name } }],
  });
  const result = request.result();
  for await (const { progress } of slipway.clusters.watch(name, { until: result })) {
    console.log(`${name}: ${progress?.percent ?? 0} %`);
  }
  const { apiEndpoint, secondsToReady } = await result;
  console.log(`${name} is ready at ${apiEndpoint} after ${Math.round(secondsToReady)} s`);
} catch (error) {
  // `type` is stable: branch on it. `message` is for people.
  if (!isSlipwayError(error)) throw error;
  console.error(`${error.type}: ${error.message}`);
  process.exitCode = 1;
} finally {
  await slipway.close();
}
