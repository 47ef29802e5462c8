import { expect, it } from 'vitest';
import { type CloudConfig, cloudConfigDigest, cloudConfigText } from '../../../activities/kubernetes/cloud-config.ts';

const config: CloudConfig = {
  access: { authUrl: 'https://keystone.example.org/v3', region: 'north', ca: undefined, verify: true },
  credentialId: '21dced0fd20347869b93710d2b98aae0',
  subnetId: 'c3b5c1b5-7c8d-4a25-9d3c-1c1f5a0e7a11',
  floatingNetworkId: undefined,
  provider: 'amphora',
  ignoreVolumeZones: false,
};

it('cloud.conf says what cloud-provider-openstack reads, and nothing that is not known', () => {
  expect(cloudConfigText(config, 'pa"ss\\word')).toBe(`[Global]
auth-url = "https://keystone.example.org/v3"
application-credential-id = "21dced0fd20347869b93710d2b98aae0"
application-credential-secret = "pa\\"ss\\\\word"
region = "north"

[LoadBalancer]
subnet-id = "c3b5c1b5-7c8d-4a25-9d3c-1c1f5a0e7a11"
lb-provider = "amphora"

[BlockStorage]
`);
});

it('cloud.conf has what a cloud with OVN, an authority of its own and other zones of volumes needs', () => {
  const access = { ...config.access, region: undefined, ca: 'PEM', verify: false };
  const more = { access, floatingNetworkId: 'public', provider: 'ovn', ignoreVolumeZones: true };
  expect(cloudConfigText({ ...config, ...more }, 'secret')).toBe(`[Global]
auth-url = "https://keystone.example.org/v3"
application-credential-id = "21dced0fd20347869b93710d2b98aae0"
application-credential-secret = "secret"
ca-file = "/etc/config/ca.crt"
tls-insecure = true

[LoadBalancer]
subnet-id = "c3b5c1b5-7c8d-4a25-9d3c-1c1f5a0e7a11"
floating-network-id = "public"
lb-provider = "ovn"
lb-method = "SOURCE_IP_PORT"
manage-security-groups = true

[BlockStorage]
ignore-volume-az = true
`);
});

it('the digest differs with the credential and the authority', () => {
  const digests = [
    config,
    { ...config, credentialId: 'another' },
    { ...config, access: { ...config.access, ca: 'PEM' } },
    { ...config, access: { ...config.access, ca: 'PEM of another' } },
  ].map(cloudConfigDigest);
  expect(new Set(digests).size).toBe(digests.length);
  expect(cloudConfigDigest({ ...config })).toBe(digests[0]);
});
