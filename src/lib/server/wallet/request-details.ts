import * as v from 'valibot';
import type { OwnedSession } from '../auth/owned-sessions';
import type { CreatedSession } from '../bridge/normalize';
import { ClaimPath } from '../bridge/schemas';
import { config } from '../config';
import { log } from '../log';
import { createSeal, type Seal } from '../seal';
import { sharedStore } from '../store';

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
const MARGIN_MS = 60_000;
/** Deno KV stores at most 64 KiB. */
const MAX_ENTRY_CHARACTERS = 60_000;

/**
 * What a page offers beside the code. It is too large for a cookie, so it is sealed in the shared store. Without it, the
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
	const text = await seal().seal({ id, details: { requestedClaims, dcRequest } });
	if (text.length > MAX_ENTRY_CHARACTERS) {
		log.warn('the details of a wallet request are too large to be stored', { requestId, characters: text.length });
		// The request alone always fits.
		return requestedClaims.length > 0 && storeDetails({ ...created, requestedClaims: [] }, { requestId });
	}
	await sharedStore().write(keyOf(id), text, expiresInMs + MARGIN_MS);
	return true;
}

/** The details of a session's request; empty if there are none, or if the store has lost them. */
export async function detailsOf({ id, hasDetails }: OwnedSession): Promise<RequestDetails> {
	const stored = hasDetails ? await sharedStore().read(keyOf(id)) : null;
	const opened = stored && (await seal().open(stored.text));
	const entry = v.safeParse(Entry, opened?.value);
	// Someone with write access to the store could have moved the entry.
	return entry.success && entry.output.id === id ? entry.output.details : NONE;
}
