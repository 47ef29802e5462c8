import { testCalls } from './support/calls.ts';

const GLANCE = '/image/v2';

testCalls('image', [
  {
    name: 'images by a property',
    call: (cloud) => cloud.image.images.list({ kube_version: 'v1.36.3', status: 'active' }),
    line: `GET ${GLANCE}/images?kube_version=v1.36.3&status=active`,
    reply: { json: { images: [{ id: 'i', status: 'active', kube_version: 'v1.36.3' }] } },
    gives: [{ kube_version: 'v1.36.3' }],
  },
  {
    name: 'an image',
    call: (cloud) =>
      cloud.image.images.create({ name: 'i', disk_format: 'raw', container_format: 'bare', kube_version: 'v1' }),
    line: `POST ${GLANCE}/images`,
    sent: { name: 'i', disk_format: 'raw', container_format: 'bare', kube_version: 'v1' },
    reply: { status: 201, json: { id: 'i', status: 'queued' } },
    gives: { status: 'queued' },
  },
  {
    name: 'a change of an image',
    call: (cloud) => cloud.image.images.patch('i', [{ op: 'replace', path: '/name', value: 'j' }]),
    line: `PATCH ${GLANCE}/images/i`,
    sent: [{ op: 'replace', path: '/name', value: 'j' }],
    reply: { json: { id: 'i', status: 'active', name: 'j' } },
    gives: { name: 'j' },
  },
  {
    name: 'an image tag',
    call: (cloud) => cloud.image.images.addTag('i', 't'),
    line: `PUT ${GLANCE}/images/i/tags/t`,
    reply: { status: 204 },
  },
]);
