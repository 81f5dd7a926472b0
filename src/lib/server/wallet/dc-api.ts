import type { RequestEvent } from '@sveltejs/kit';
import { type OwnedSession, requireUnused } from '../auth/wallet-cookies';
import type { SubmittedResponse } from '../bridge/normalize';
import { DcApiSubmission } from '../bridge/request';
import { unixMs } from '../clock';
import { DC_API_LIMIT_BYTES, readJson } from '../http/body';
import { Problem } from '../http/problem';
import { consumeQuota } from '../http/rate-limit';
import { sharedStore } from '../store';
import { SUBMISSION_FAILED } from '../store/kinds';
import { bridge, credentialFor } from './bridge';
import { detailsOf } from './owned-sessions';

/** A response may arrive this long after the code has expired. */
const RESPONSE_MARGIN_MS = 60_000;

/**
 * Submits the response of a wallet that the page has got from the Digital Credentials API. A session accepts one response.
 * @throws {Problem} `not_found` if the session is used up, `wallet_already_responded`, `dc_api_not_offered`,
 * `rate_limited`, a problem of the body, or the error of the Auth Bridge
 */
export async function submitDcApi(event: RequestEvent, owned: OwnedSession): Promise<SubmittedResponse> {
	await requireUnused(owned.id);
	if (owned.completed || owned.idv !== 'none') throw new Problem('wallet_already_responded');
	if ((await detailsOf(owned)).dcRequest === null) throw new Problem('dc_api_not_offered');
	await consumeQuota(owned.id, event.getClientAddress());
	const response = await readJson(event.request, DcApiSubmission, { maxBytes: DC_API_LIMIT_BYTES });
	return once(owned, () => bridge().submitDcApi(owned.id, response, credentialFor(event.locals)));
}

/** Runs the work unless it is in progress or has succeeded, on any instance. */
async function once<Value>({ id, expiresAt }: OwnedSession, work: () => Promise<Value>): Promise<Value> {
	const key = `wallet-dc-api:${id}`;
	const lifeMs = Math.max(0, expiresAt - unixMs()) + RESPONSE_MARGIN_MS;
	const before = await sharedStore().read(key);
	const isFree = before === null || before.text === SUBMISSION_FAILED;
	if (!isFree || !(await sharedStore().replace(key, before, crypto.randomUUID(), lifeMs)))
		throw new Problem('wallet_already_responded');
	try {
		return await work();
	} catch (error) {
		await sharedStore().write(key, SUBMISSION_FAILED, lifeMs);
		throw error;
	}
}
