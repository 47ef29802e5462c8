import type { Call } from '../http/service.ts';
import { badRequest, neutronError } from './errors.ts';
import type { NeutronRow } from './rows.ts';

/**
 * Reads `If-Match: revision_number=<n>` (openstack/neutron:neutron/api/api_common.py), and returns the check of a row.
 * @throws ApiError 400 for a header that is not right; the check 412
 */
export function checkRevision(call: Call): (row: NeutronRow) => void {
  const wanted = (call.headers['if-match'] ?? '')
    .split(',')
    .map((etag) => etag.trim().replaceAll('"', ''))
    .filter((etag) => etag.startsWith('revision_number='))
    .map((etag) => etag.slice('revision_number='.length));
  if (wanted.length > 1) throw badRequest('if-match', 'Multiple revision_number etags are not supported');
  const [text] = wanted;
  if (text === undefined) return () => undefined;
  if (!/^-?\d+$/.test(text))
    throw badRequest('if-match', 'Revision number etag must be in the format of revision_number=<int>');
  return ({ revision_number }) => {
    if (revision_number === Number(text)) return;
    throw neutronError(
      412,
      'RevisionNumberConstraintFailed',
      `Constrained to ${text}, but current revision is ${revision_number}`,
    );
  };
}
