import { listen } from '../service/http-server.ts';
import { createLogger } from '../service/logging.ts';
import { runProcess } from '../service/process.ts';
import { onShutdown } from '../service/shutdown.ts';
import { CodecKeys, EncryptionCodec, readCodecKeys } from '../temporal/index.ts';
import { vaultFromEnvironment } from '../vault/index.ts';
import { codecServer } from './codec-server.ts';
import { loadCodecServerConfiguration } from './configuration.ts';

/**
 * The codec server process: lets the Temporal UI and command line show encrypted payloads. Prints one JSON line on
 * stdout when it listens: `{"ready":true,"url":…}`.
 */
await runProcess(async () => {
  const configuration = loadCodecServerConfiguration();
  const shutdown = onShutdown();
  const logger = createLogger(configuration.log);
  const vault = vaultFromEnvironment();
  const codec = new EncryptionCodec(new CodecKeys(() => readCodecKeys(vault.kv)), true);
  const server = await listen(configuration.listen, { logger }, codecServer(codec, configuration.origins, logger));
  logger.info({ url: server.url, origins: configuration.origins }, 'listening');
  process.stdout.write(`${JSON.stringify({ ready: true, url: server.url })}\n`);
  await shutdown.requested;
  await server.close();
  await vault.close();
});
