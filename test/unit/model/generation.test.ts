import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { type CountedMachine, countGenerations, generationOf, type MachineMake } from '../../../model/generation.ts';

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
const make: MachineMake = {
  imageId: 'image-1',
  flavorId: 'flavor-1',
  kubernetesVersion: '1.36.3',
  rootVolume: { sizeGiB: 20, type: 'ssd' },
  sshKey: 'key',
  userData: { script: 'echo', kubeadm: { flags: ['a', 'b'] } },
};
const of = (changes: Partial<MachineMake> = {}): string => generationOf({ ...make, ...changes }, sha256);

describe('a generation', () => {
  it('is ten hexadecimal digits, which stay what they are from release to release', () => {
    expect(of()).toBe('28483c2067');
  });

  it('does not depend on the order of fields, nor on fields that say nothing', () => {
    const { userData, ...rest } = make;
    expect(generationOf({ userData, ...rest }, sha256)).toBe(of());
    expect(of({ rootVolume: { type: 'ssd', sizeGiB: 20 } })).toBe(of());
    const { sshKey, ...keyless } = make;
    expect(sshKey).toBeDefined();
    expect(of({ sshKey: undefined })).toBe(generationOf(keyless, sha256));
  });

  it.each<Partial<MachineMake>>([
    { imageId: 'image-2' },
    { flavorId: 'flavor-2' },
    { kubernetesVersion: '1.36.4' },
    { rootVolume: { sizeGiB: 21, type: 'ssd' } },
    { rootVolume: { sizeGiB: 20, type: 'hdd' } },
    { rootVolume: undefined },
    { sshKey: 'another' },
    { userData: { script: 'echo', kubeadm: { flags: ['b', 'a'] } } },
  ])('is another one with %j', (changes) => {
    expect(of(changes)).not.toBe(of());
  });
});

describe('counting generations', () => {
  const machine = (generation: string, createdAt: string): CountedMachine => ({
    ...{ generation, createdAt },
    kubernetesVersion: `1.36.${generation.length}`,
  });

  it('says how many there are of each, the newest last and those without one first', () => {
    const machines = [machine('bb', '3'), machine('a', '2'), machine('a', '1'), machine('', '4')];
    const wanted = [
      { generation: '', count: 1, kubernetesVersion: '1.36.0' },
      { generation: 'a', count: 2, kubernetesVersion: '1.36.1' },
      { generation: 'bb', count: 1, kubernetesVersion: '1.36.2' },
    ];
    expect(countGenerations(machines)).toEqual(wanted);
    expect(countGenerations([...machines].reverse())).toEqual(wanted);
  });

  it('goes by the youngest machine of each, so that a return to an earlier one is seen', () => {
    const names = countGenerations([machine('a', '1'), machine('bb', '2'), machine('a', '3')]);
    expect(names.map(({ generation }) => generation)).toEqual(['bb', 'a']);
  });

  it('of none is none', () => expect(countGenerations([])).toEqual([]));
});
