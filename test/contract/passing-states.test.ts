import { expect, test } from 'vitest';
import { StateIsOver } from './kit/case.ts';
import { requirePassingStates } from './kit/passing-states.ts';
import type { Transcript } from './kit/transcript.ts';

const get = (id: number, ...states: string[]): Transcript[number] => ({
  ...{ request: `GET {root}/pools/{id ${id}}/members`, status: 200, headers: {} },
  body: { members: states.map((provisioning_status) => ({ provisioning_status })) },
});
const recorded = [get(1, 'PENDING_UPDATE', 'PENDING_DELETE'), get(1, 'ACTIVE')];

test('a case that saw every passing state of its recording is content, whatever else is different', () => {
  requirePassingStates(recorded, recorded);
  requirePassingStates([get(7, 'PENDING_UPDATE', 'PENDING_DELETE', 'PENDING_CREATE'), get(7, 'ERROR')], recorded);
  requirePassingStates([get(1, 'ACTIVE')], []);
  requirePassingStates([{ note: 'another', value: 1 }], recorded);
  requirePassingStates([], recorded);
});

test.each([[[get(1, 'PENDING_UPDATE'), get(1, 'ACTIVE')]], [[get(1, 'ACTIVE', 'ACTIVE'), get(1, 'ACTIVE')]]])(
  'a case that came too late to see one is run again',
  (seen) => {
    expect(() => requirePassingStates(seen, recorded)).toThrow(StateIsOver);
  },
);
