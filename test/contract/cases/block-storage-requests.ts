import assert from 'node:assert/strict';
import type { CaseContext, ContractArea, ContractCase } from '../kit/case.ts';
import { availableVolume, NOBODY, VOLUME_REFERENCE } from './block-storage-setup.ts';

const REFERENCE = `${VOLUME_REFERENCE}#create-a-volume`;

interface BadRequest {
  readonly name: string;
  readonly volume: unknown;
  readonly status?: number;
}

const bad: readonly BadRequest[] = [
  { name: 'without a size', volume: { name: 'vol' } },
  { name: 'of no size', volume: { size: 0 } },
  { name: 'of a size below zero', volume: { size: -1 } },
  { name: 'of a size that is no number', volume: { size: 'much' } },
  { name: 'of half a gigabyte', volume: { size: 1.5 } },
  { name: 'with a number for a name', volume: { size: 1, name: 7 } },
  { name: 'with a name of 256 characters', volume: { size: 1, name: 'x'.repeat(256) } },
  { name: 'with metadata that is not text', volume: { size: 1, metadata: { a: 1 } } },
  { name: 'with metadata that is a list', volume: { size: 1, metadata: ['a'] } },
  { name: 'with an empty metadata key', volume: { size: 1, metadata: { '': 'x' } } },
  { name: 'with a metadata value of 256 characters', volume: { size: 1, metadata: { a: 'x'.repeat(256) } } },
  { name: 'of a type that is not there', volume: { size: 1, volume_type: 'gold' }, status: 404 },
  { name: 'in a zone that is not there', volume: { size: 1, availability_zone: 'mars' } },
  { name: 'of a snapshot whose id is none', volume: { size: 1, snapshot_id: 'nonsense' } },
  {
    name: 'of a snapshot and a volume that are not there',
    volume: { size: 1, snapshot_id: NOBODY, source_volid: NOBODY },
    status: 404,
  },
  { name: 'that is a list', volume: [] },
  { name: 'that is nothing', volume: null },
];

const make = ({ send }: CaseContext, body: unknown, headers?: Record<string, string>) =>
  send({ service: 'block-storage', method: 'POST', path: '/volumes', body, ...(headers && { headers }) });

/** Requests that Cinder does not take. */
export const blockStorageRequests: ContractArea = {
  area: 'block-storage-requests',
  cases: [
    ...bad.map(({ name, volume, status = 400 }): ContractCase => ({
      name: `a volume ${name} is refused`,
      reference: REFERENCE,
      run: async (context) => {
        assert.equal((await make(context, { volume })).status, status);
      },
    })),
    {
      name: 'a body that is no request for a volume is refused',
      reference: REFERENCE,
      run: async (context) => {
        assert.equal((await make(context, '{')).status, 400);
        assert.equal((await make(context, [])).status, 400);
        assert.equal((await make(context, {})).status, 400);
        assert.equal((await make(context, 'x', { 'content-type': 'text/plain' })).status, 415);
      },
    },
    {
      name: 'unknown fields of a volume are ignored',
      reference: REFERENCE,
      run: async (context) => {
        const reply = await make(context, { volume: { size: 1, colour: 'red' } });
        context.note('status', reply.status);
      },
    },
    {
      name: 'what is no volume is not found',
      reference: VOLUME_REFERENCE,
      run: async ({ user, refused, send }) => {
        const { volumes, snapshots, types } = user.blockStorage;
        await refused(404, () => volumes.get(NOBODY));
        await refused(404, () => volumes.get('nonsense'));
        await refused(404, () => snapshots.get(NOBODY));
        await refused(404, () => types.get(NOBODY));
        assert.equal((await send({ service: 'block-storage', method: 'GET', path: '/nowhere' })).status, 404);
        assert.equal((await send({ service: 'block-storage', method: 'DELETE', path: '/volumes' })).status, 404);
      },
    },
    {
      name: 'actions that a volume does not have, or that say too little, are refused',
      reference: VOLUME_REFERENCE,
      run: async (context) => {
        const { id } = await availableVolume(context);
        const act = (body: unknown) =>
          context.send({ service: 'block-storage', method: 'POST', path: `/volumes/${id}/action`, body });
        for (const body of [
          { 'os-dance': {} },
          {},
          { 'os-extend': {} },
          { 'os-extend': { new_size: 'much' } },
          { 'os-extend': { new_size: 2, colour: 'red' } },
          { 'os-set_bootable': {} },
          { 'os-set_bootable': { bootable: 'perhaps' } },
        ])
          assert.equal((await act(body)).status, 400, JSON.stringify(body));
        assert.equal((await act({ 'os-set_bootable': { bootable: true } })).status, 200);
        assert.equal((await context.user.blockStorage.volumes.get(id)).bootable, 'true');
      },
    },
  ],
};
