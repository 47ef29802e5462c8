import type { Token } from './rows.ts';

/** Who makes a request, from its token. */
export interface Identity {
  readonly token: Token | undefined;
  readonly userId: string;
  readonly userName: string;
  readonly projectId: string;
  readonly projectName: string | null;
  readonly roles: readonly string[];
  readonly isAdmin: boolean;
  /** Comes with a signature of the project's in place of a token: Swift's temporary URLs. */
  readonly isSigned?: boolean;
}

/** Nobody: what open routes see without a token. */
export const anonymous: Identity = {
  token: undefined,
  userId: '',
  userName: '',
  projectId: '',
  projectName: null,
  roles: [],
  isAdmin: false,
};
