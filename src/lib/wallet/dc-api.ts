import { isRecord } from './portal-fetch';

/** The protocol of signed requests (OpenID4VP 1.0, appendix A.1), the only one that the portal supports. */
export const DC_API_PROTOCOL = 'openid4vp-v1-signed';

/** What `navigator.credentials.get()` expects as `digital`, for one signed request (W3C Digital Credentials). */
export function digitalRequest(request: string) {
	return { requests: [{ protocol: DC_API_PROTOCOL, data: { request } } as const] };
}

/** Whether the browser has the API. `userAgentAllowsProtocol` does not tell: Chromium 156 returns true for any text. */
export function hasDcApi(): boolean {
	const { credentials } = navigator as { readonly credentials?: Partial<CredentialsContainer> };
	return 'DigitalCredential' in globalThis && typeof credentials?.get === 'function';
}

/** `cancelled`: the person, or the browser on their behalf, has closed the dialog. `failed`: any other reason. */
type CredentialResult =
	| { readonly kind: 'response'; readonly response: string }
	| { readonly kind: 'cancelled' }
	| { readonly kind: 'failed' };

/**
 * Lets the browser open a wallet, on this device or on another one. Call it in the handler of a click; never rejects.
 * @param request a signed request
 * @returns `response` is encrypted for the Auth Bridge
 */
export async function requestCredential(request: string, signal: AbortSignal): Promise<CredentialResult> {
	try {
		const options = { digital: digitalRequest(request), mediation: 'required', signal } as const;
		const credential: unknown = await navigator.credentials.get(options);
		const { protocol, data } = isRecord(credential) ? credential : {};
		const isResponse = protocol === DC_API_PROTOCOL && isRecord(data) && typeof data.response === 'string';
		return isResponse ? { kind: 'response', response: String(data.response) } : { kind: 'failed' };
	} catch (error) {
		const isCancelled = error instanceof DOMException && /^(?:NotAllowed|Abort)Error$/.test(error.name);
		return { kind: isCancelled ? 'cancelled' : 'failed' };
	}
}
