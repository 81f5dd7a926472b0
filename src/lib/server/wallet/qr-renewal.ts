import type { RequestEvent } from '@sveltejs/kit';
import { createSharedReads } from '../shared-reads';
import { requireWalletCaller, scanOf, unscanned } from './access';
import { openWalletSession } from './create-session';
import { keepOwned, type OwnedSession, ownedSessions } from '../auth/owned-sessions';
import { qrSvg } from '$lib/ui/qr-svg';

/** A form that is sent twice, by a double click or by two tabs at once, comes again within this time. */
const REPEAT_MS = 30_000;
const MAX_REPEAT_BYTES = 16 * 1024 ** 2;
const opened = createSharedReads<OwnedSession>({
	maxAgeMs: REPEAT_MS,
	maxBytes: MAX_REPEAT_BYTES,
	bytesOf: (owned) => JSON.stringify(owned).length,
	now: () => performance.now()
});

/**
 * A code for a page of ours; the same form sent again gets the same one.
 * @param attempt tells this form from any other one of the browser
 */
export async function startCode(event: RequestEvent, attempt: string | null, returnTo: string): Promise<void> {
	const caller = await requireWalletCaller(event);
	await openOnce(event, attempt ? `${caller}:${attempt}` : crypto.randomUUID(), { returnTo });
}

/**
 * A new code in place of this browser's old one, once for each old one: the session of the old code stays good until it
 * ends. Does nothing where the code was scanned meanwhile: then the page shows that.
 */
export async function renewCode(event: RequestEvent, oldId: string, returnTo: string): Promise<void> {
	const sessions = await ownedSessions(event.cookies);
	const old = sessions.find(({ id }) => id === oldId);
	if (!old) return startCode(event, null, returnTo);
	if (sessions.some(({ replaces }) => replaces === old.id) || (await scanOf(event, old)) === 'scanned') return;
	await openOnce(event, `renew:${old.id}`, { returnTo, replaces: old.id });
}

/** The key vouches for the browser: whoever names it gets the session. */
async function openOnce(event: RequestEvent, key: string, wish: { returnTo: string; replaces?: string | undefined }) {
	const owned = await opened.read(key, async () => {
		const beside = (await unscanned(event)).map(({ id }) => id);
		return { ...(await openWalletSession(event, wish)), beside, ...(wish.replaces && { replaces: wish.replaces }) };
	});
	await keepOwned(event.cookies, owned);
}

/** The QR code of an address as a `data:` URI, for callers that draw it themselves; null when it is too long for one. */
export function qrDataUri(requestUri: string): string | null {
	const svg = qrSvg(requestUri);
	return svg === null ? null : `data:image/svg+xml;base64,${Buffer.from(svg).toString('base64')}`;
}
