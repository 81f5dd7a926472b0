import * as v from 'valibot';
import { type OwnedSession, requireUnused } from '../auth/wallet-cookies';
import type { CreatedSession, SubmittedResponse } from '../bridge/normalize';
import { ClaimPath } from '../bridge/schemas';
import { config } from '../config';
import { log } from '../log';
import { createSeal, type Seal } from '../seal';
import { sharedStore } from '../store';
import type { RequestEvent } from '@sveltejs/kit';
import { DcApiSubmission } from '../bridge/request';
import { unixMs } from '../clock';
import { Problem } from '../http/problem';
import { consumeQuota } from '../http/rate-limit';
import { readJson, DC_API_LIMIT_BYTES } from '../http/body';
import { bridge, credentialFor } from './bridge';
import { MAX_VALUE_CHARACTERS } from '../store/store';

const RequestDetails = v.object({
	/** What the wallet is asked for. */
	requestedClaims: v.array(v.object({ path: ClaimPath, label: v.object({ nl: v.string(), en: v.string() }) })),
	/** A signed request for the Digital Credentials API. */
	dcRequest: v.nullable(v.string())
});
type RequestDetails = Readonly<v.InferOutput<typeof RequestDetails>>;
const Entry = v.object({ id: v.string(), details: RequestDetails });

const NONE: RequestDetails = { requestedClaims: [], dcRequest: null };
/** The Auth Bridge extends sessions by up to a minute. */
const DETAILS_MARGIN_MS = 60_000;

/**
 * What a page offers in addition to the code. It is too large for a cookie, so it is sealed in the shared store. Without it, the
 * page still shows the code.
 */
let sealed: Seal | undefined;
const seal = () => (sealed ??= createSeal(config().secrets, 'wallet-details'));
const keyOf = (id: string) => `wallet-details:${id}`;

/**
 * Stores the details of a new session's request for as long as its code is shown.
 * @returns false if there are none, or too many to be stored
 */
export async function storeDetails(
	created: Pick<CreatedSession, 'sessionId' | 'expiresInMs' | 'requestedClaims' | 'dcRequest'>,
	{ requestId }: Pick<App.Locals, 'requestId'>
): Promise<boolean> {
	const { sessionId: id, expiresInMs, requestedClaims, dcRequest } = created;
	if (requestedClaims.length === 0 && dcRequest === null) return false;
	const text = seal().seal({ id, details: { requestedClaims, dcRequest } });
	if (text.length > MAX_VALUE_CHARACTERS) {
		log.warn('the details of a wallet request are too large to be stored', { requestId, characters: text.length });
		// The request alone always fits.
		return requestedClaims.length > 0 && storeDetails({ ...created, requestedClaims: [] }, { requestId });
	}
	await sharedStore().write(keyOf(id), text, expiresInMs + DETAILS_MARGIN_MS);
	return true;
}

/** The details of a session's request; empty if there are none, or if the store has lost them. */
export async function detailsOf({ id, hasDetails }: OwnedSession): Promise<RequestDetails> {
	const stored = hasDetails ? await sharedStore().read(keyOf(id)) : null;
	const opened = stored && seal().open(stored.text);
	const entry = v.safeParse(Entry, opened?.value);
	// Someone with write access to the store could have moved the entry.
	return entry.success && entry.output.id === id ? entry.output.details : NONE;
}

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

const FAILED = 'failed';

/** Runs the work unless it is in progress or has succeeded, on any instance. */
async function once<Value>({ id, expiresAt }: OwnedSession, work: () => Promise<Value>): Promise<Value> {
	const key = `wallet-dc-api:${id}`;
	const lifeMs = Math.max(0, expiresAt - unixMs()) + RESPONSE_MARGIN_MS;
	const before = await sharedStore().read(key);
	const isFree = before === null || before.text === FAILED;
	if (!isFree || !(await sharedStore().replace(key, before, crypto.randomUUID(), lifeMs)))
		throw new Problem('wallet_already_responded');
	try {
		return await work();
	} catch (error) {
		await sharedStore().write(key, FAILED, lifeMs);
		throw error;
	}
}
