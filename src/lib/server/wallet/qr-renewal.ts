import type { RequestEvent } from '@sveltejs/kit';
import { createSharedReads } from '../shared-reads';
import { requireWalletCaller, scanOf, unscanned } from './access';
import { openWalletSession } from './create-session';
import { keepOwned, type OwnedSession, ownedSessions } from '../auth/owned-sessions';
import { qrSvg } from '$lib/ui/qr-svg';

/** How long a form that is submitted again (a double click, two tabs) gets the same session, in milliseconds. */
const REPEAT_MS = 30_000;
const MAX_REPEAT_BYTES = 16 * 1024 ** 2;
const opened = createSharedReads<OwnedSession>({
	maxAgeMs: REPEAT_MS,
	maxBytes: MAX_REPEAT_BYTES,
	bytesOf: (owned) => JSON.stringify(owned).length,
	now: () => performance.now()
});

/**
 * Creates the wallet session for a QR code on a portal page. Submitting the same form again within 30 s gives the same session.
 * @param attempt identifies the form among all forms of this browser; null creates a new session each time
 * @throws {Problem} `unauthorized`, `rate_limited`, or the error of the Auth Bridge
 */
export async function startCode(event: RequestEvent, attempt: string | null, returnTo: string): Promise<void> {
	const caller = await requireWalletCaller(event);
	await openOnce(event, attempt ? `${caller}:${attempt}` : crypto.randomUUID(), { returnTo });
}

/**
 * Replaces this browser's QR code with a new one, once per old code. The session of the old code remains valid until it
 * expires. Does nothing if a wallet has scanned the old code: the page then shows that session. If this browser does not
 * have the old session, creates a session for a first code.
 * @throws {Problem} `unauthorized`, `rate_limited`, or the error of the Auth Bridge
 */
export async function renewCode(event: RequestEvent, oldId: string, returnTo: string): Promise<void> {
	const sessions = await ownedSessions(event.cookies);
	const old = sessions.find(({ id }) => id === oldId);
	if (!old) return startCode(event, null, returnTo);
	if (sessions.some(({ replaces }) => replaces === old.id) || (await scanOf(event, old)) === 'scanned') return;
	await openOnce(event, `renew:${old.id}`, { returnTo, replaces: old.id });
}

/** @param key must be specific to this browser: any browser that uses the same key gets the session */
async function openOnce(
	event: RequestEvent,
	key: string,
	options: { returnTo: string; replaces?: string | undefined }
) {
	const owned = await opened.read(key, async () => {
		const beside = (await unscanned(event)).map(({ id }) => id);
		return {
			...(await openWalletSession(event, options)),
			beside,
			...(options.replaces && { replaces: options.replaces })
		};
	});
	await keepOwned(event.cookies, owned);
}

/** The QR code of a request URI as a `data:` URI with an SVG, for API clients. Null if the URI is too long for a QR code. */
export function qrDataUri(requestUri: string): string | null {
	const svg = qrSvg(requestUri);
	return svg === null ? null : `data:image/svg+xml;base64,${Buffer.from(svg).toString('base64')}`;
}
