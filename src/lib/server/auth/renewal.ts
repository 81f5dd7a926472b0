import { log } from '../log';
import { count } from '../metrics';
import type { WorkFailed } from '../once/once';
import { sharedStore } from '../store';
import { redeemRefreshToken } from './refresh-grant';
import { createRenewals } from './renewals';

let made: ReturnType<typeof createRenewals> | undefined;

/** Keeps the sessions of this portal good, together with its other instances. */
export function renewals(): ReturnType<typeof createRenewals> {
	return (made ??= createRenewals({
		store: sharedStore(),
		redeem: redeemRefreshToken,
		onFault: told,
		onRenewal: (result, coalesced) => count('portal.token_refreshes', { result, coalesced })
	}));
}

function told(error: WorkFailed): void {
	const { fault, code } = error;
	if (['invalid_client', 'unauthorized_client', 'invalid_scope', 'unsupported_grant_type'].includes(code))
		log.error(
			'the STS refuses the portal itself: check STS_CLIENT_ID, STS_CLIENT_SECRET, STS_CLIENT_AUTH and STS_SCOPE',
			{ code, error }
		);
	else log.warn('tokens could not be renewed', { fault, code, error });
}
