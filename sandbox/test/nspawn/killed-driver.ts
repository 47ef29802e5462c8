import { createNspawnDriver } from '../../src/machines/nspawn/driver.ts';
import { server } from './cloud.ts';

// A process of its own for a driver that is to be killed: boots a machine and says its id.
const [dataDir = '', imageDir = '', networkId = ''] = process.argv.slice(2);
const driver = await createNspawnDriver({
  dataDir,
  imageDir,
  metadata: (_machine, _request, response) => response.writeHead(404).end(),
  hostForwards: [],
  log: (line) => process.stderr.write(`${line}\n`),
});
const machine = server('orphan', networkId, '10.6.0.11', '');
await driver.boot(machine, AbortSignal.timeout(60_000));
process.stdout.write(`${machine.id}\n`);
setInterval(() => undefined, 60_000);
