import * as v from 'valibot';
import type { OwnedSession } from '../auth/owned-sessions';
import type { CreatedSession } from '../bridge/normalize';
import { ClaimPath } from '../bridge/schemas';
import { sealOf } from '../http/sealed-cookie';
import { sharedStore } from '../store';

/**
 * What the page of a code shows beside the code. It is too large for a cookie, so it is sealed in the shared store. Without
 * it, the page still shows the code.
 */
const RequestDetails = v.object({
	/** What the wallet is asked for. */
	requestedClaims: v.array(v.object({ path: ClaimPath, label: v.object({ nl: v.string(), en: v.string() }) }))
});
type RequestDetails = Readonly<v.InferOutput<typeof RequestDetails>>;

const NONE: RequestDetails = { requestedClaims: [] };
/** The Auth Bridge extends sessions by up to a minute. */
const MARGIN_MS = 60_000;

const sealed = sealOf('wallet-details', v.object({ id: v.string(), details: RequestDetails }));
const keyOf = (id: string) => `wallet-details:${id}`;

/**
 * Stores the details of a new session's request for as long as its code is shown.
 * @returns false if there are none, and nothing was stored
 */
export async function storeDetails({ sessionId: id, expiresInMs, ...created }: CreatedSession): Promise<boolean> {
	const details = { requestedClaims: [...created.requestedClaims] };
	if (details.requestedClaims.length === 0) return false;
	await sharedStore().write(keyOf(id), await sealed.seal({ id, details }), expiresInMs + MARGIN_MS);
	return true;
}

/** The details of a session's request; empty if there are none, or if the store has lost them. */
export async function detailsOf({ id, hasDetails }: OwnedSession): Promise<RequestDetails> {
	const entry = hasDetails ? await sharedStore().read(keyOf(id)) : null;
	const stored = entry && (await sealed.open(entry.text))?.value;
	// Someone with write access to the store could have moved the entry.
	return stored?.id === id ? stored.details : NONE;
}
