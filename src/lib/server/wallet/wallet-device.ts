import type { Cookies, RequestEvent } from '@sveltejs/kit';
import { type WalletDevice, walletDevices } from '$lib/wallet/view';
import { cookieAttributes, cookieName, YEAR_SECONDS } from '../http/cookies';

/** Browsers on phones and tablets name themselves like this. An iPad may pretend to be a Mac; `static/pointer.js` corrects it. */
const MOBILE_AGENT = /\b(?:Mobile|Android|iPhone|iPad|iPod|Tablet)\b/i;

/** The device that the text names; null for any other text. */
export function walletDeviceNamed(text: string | null | undefined): WalletDevice | null {
	return walletDevices.find((device) => device === text) ?? null;
}

/**
 * On which device the wallet probably is: the one that this browser chose before, or else the same device if the browser runs on
 * a phone or tablet (User-Agent Client Hints, 3.2, or the user agent).
 * @returns `isGuess` is false if the browser chose it
 */
export function walletDeviceOf({ cookies, request }: { readonly cookies: Cookies; readonly request: Request }): {
	readonly device: WalletDevice;
	readonly isGuess: boolean;
} {
	const chosen = walletDeviceNamed(cookies.get(cookieName('device')));
	if (chosen !== null) return { device: chosen, isGuess: false };
	const isMobile =
		request.headers.get('sec-ch-ua-mobile') === '?1' || MOBILE_AGENT.test(request.headers.get('user-agent') ?? '');
	return { device: isMobile ? 'this' : 'other', isGuess: true };
}

/** Remembers the device that a person has chosen, for a year. */
export function rememberWalletDevice(cookies: Cookies, device: WalletDevice): void {
	cookies.set(cookieName('device'), device, { ...cookieAttributes(), maxAge: YEAR_SECONDS });
}

/**
 * Applies what `static/pointer.js` has found out, until the browser is closed. Links of other sites have no effect.
 * @returns whether the request is one of that script
 */
export function correctWalletDevice({ cookies, request, url }: RequestEvent): boolean {
	const site = request.headers.get('sec-fetch-site') ?? 'same-origin';
	const device = walletDeviceNamed(url.searchParams.get('device'));
	if (device === null || site !== 'same-origin') return false;
	cookies.set(cookieName('device'), device, cookieAttributes());
	return true;
}
