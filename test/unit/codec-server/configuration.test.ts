import { expect, test } from 'vitest';
import { loadCodecServerConfiguration } from '../../../codec-server/configuration.ts';

test('the codec server takes exact origins only', () => {
  const origins = 'https://temporal.example.org, http://localhost:8080';
  expect(loadCodecServerConfiguration({ SLIPWAY_CODEC_SERVER_ORIGINS: origins })).toMatchObject({
    listen: { host: '127.0.0.1', port: 8888 },
    origins: ['https://temporal.example.org', 'http://localhost:8080'],
  });
  for (const wrong of ['*', 'https://a.example.org/', 'a.example.org']) {
    expect(() => loadCodecServerConfiguration({ SLIPWAY_CODEC_SERVER_ORIGINS: wrong })).toThrow(/must be an origin/);
  }
});
