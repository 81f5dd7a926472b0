import { DC_API_PROTOCOL } from './dc-api';
import { createPortalFetch, isRecord, type PortalResponse } from './portal-fetch';
import type { IdentityView, WalletView } from './view';

/**
 * `unreachable`: try again, not before `retryAfterMs`. `gone`: the session no longer exists for this
 * browser. `refused`: trying again does not help. The last two only if the portal itself says so.
 */
type Fault =
	| { readonly kind: 'unreachable'; readonly retryAfterMs?: number }
	| { readonly kind: 'gone' }
	| { readonly kind: 'refused' };

export type StatusResponse =
	{ readonly kind: 'status'; readonly status: string; readonly expiresInMs: number | null } | Fault;

/** `accepted`: navigate to `continueUrl`, a path of the portal. `not_yet`: the session is not verified (409). */
export type CompleteResponse =
	| { readonly kind: 'accepted'; readonly continueUrl: string }
	| { readonly kind: 'identity_needed' | 'not_yet' }
	| Fault;

/** What a page of the portal would show now: a view, or another page to navigate to. Null while that cannot be read. */
type PageStep<View> = { readonly view: View } | { readonly goTo: string } | null;

/** The portal's own API, as the wallet pages use it. No call ever rejects. */
export interface WalletApi {
	readonly readStatus: (sessionId: string, signal: AbortSignal) => Promise<StatusResponse>;
	readonly complete: (sessionId: string, signal: AbortSignal) => Promise<CompleteResponse>;
	/** Submits the response of `requestCredential`. `accepted`: the status of the session will show the outcome. */
	readonly submitDcApi: (
		sessionId: string,
		response: string,
		signal: AbortSignal
	) => Promise<'accepted' | 'refused' | 'unreachable'>;
	readonly readWalletStep: (signal: AbortSignal) => Promise<PageStep<WalletView>>;
	readonly readIdentityStep: (signal: AbortSignal) => Promise<PageStep<IdentityView>>;
}

/** The address of one of a session's routes, such as `status` or `events`. */
export function sessionUrl(sessionId: string, route: string): string {
	return `/api/wallet/sessions/${encodeURIComponent(sessionId)}/${route}`;
}

export function walletApi(fetch: typeof globalThis.fetch = globalThis.fetch): WalletApi {
	const portalFetch = createPortalFetch(fetch);

	async function readStep<View>(url: string, signal: AbortSignal): Promise<PageStep<View>> {
		const response = await portalFetch(url, {}, signal);
		return response.kind === 'json' ? stepOf<View>(response.body) : null;
	}

	return {
		async readStatus(sessionId, signal) {
			const response = await portalFetch(sessionUrl(sessionId, 'status'), {}, signal);
			if (response.kind !== 'json') return faultOf(response);
			return isOfSession(response.body, sessionId) ? statusOf(response.body) : { kind: 'unreachable' };
		},
		async complete(sessionId, signal) {
			const response = await portalFetch(sessionUrl(sessionId, 'complete'), jsonPost, signal);
			if (response.kind === 'refused' && response.status === 409) return { kind: 'not_yet' };
			if (response.kind !== 'json') return faultOf(response);
			return isOfSession(response.body, sessionId) ? completionOf(response.body) : { kind: 'unreachable' };
		},
		async submitDcApi(sessionId, response, signal) {
			const body = JSON.stringify({ protocol: DC_API_PROTOCOL, data: { response } });
			const { kind } = await portalFetch(sessionUrl(sessionId, 'dc-api'), { ...jsonPost, body }, signal);
			return kind === 'json' ? 'accepted' : kind;
		},
		readWalletStep: (signal) => readStep<WalletView>('/login/wallet/view', signal),
		readIdentityStep: (signal) => readStep<IdentityView>('/login/identity/view', signal)
	};
}

/**
 * Sends a form of the portal from a script; never rejects.
 * @returns `done` if the form redirected to `leadsTo`, as it does without a script; `unreachable` if trying again may help;
 * otherwise `refused`
 */
export async function postForm(
	action: string,
	fields: Record<string, string>,
	leadsTo: string,
	signal: AbortSignal
): Promise<'done' | 'refused' | 'unreachable'> {
	const headers = { accept: 'application/json', 'x-sveltekit-action': 'true' };
	const body = new URLSearchParams(fields);
	const response = await createPortalFetch()(action, { method: 'POST', headers, body }, signal);
	if (response.kind !== 'json') return response.kind;
	// This is how the framework sends the result of an action: the status of the response itself is always 200.
	const { type, location, status } = isRecord(response.body) ? response.body : {};
	if (type === 'redirect') return location === leadsTo ? 'done' : 'refused';
	return type === 'failure' && typeof status === 'number' && status < 500 ? 'refused' : 'unreachable';
}

const jsonPost: RequestInit = { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{}' };

/** A browser that has lost its cookies (401) has lost the session as well; a new code solves both. */
function faultOf(response: Exclude<PortalResponse, { kind: 'json' }>): Fault {
	if (response.kind === 'unreachable') return response;
	return { kind: [401, 404, 410].includes(response.status) ? 'gone' : 'refused' };
}

/**
 * Parses a status as `/status` returns it and `/events` sends it. Not with a schema library: it would be too large for two
 * fields.
 */
export function statusOf(body: unknown): StatusResponse {
	if (!isRecord(body) || typeof body.status !== 'string') return { kind: 'unreachable' };
	return {
		kind: 'status',
		status: body.status,
		expiresInMs: typeof body.expiresInMs === 'number' ? body.expiresInMs : null
	};
}

function completionOf({ status, continueUrl }: Record<string, unknown>): CompleteResponse {
	if (status === 'IDV_REQUIRED') return { kind: 'identity_needed' };
	return isOurPath(continueUrl) ? { kind: 'accepted', continueUrl } : { kind: 'unreachable' };
}

function stepOf<View>(body: unknown): PageStep<View> {
	if (!isRecord(body)) return null;
	if (isOurPath(body.goTo)) return { goTo: body.goTo };
	return isRecord(body.view) && typeof body.view.screen === 'string' ? { view: body.view as View } : null;
}

function isOfSession(body: unknown, sessionId: string): body is Record<string, unknown> {
	return isRecord(body) && body.sessionId === sessionId;
}

function isOurPath(url: unknown): url is string {
	if (typeof url !== 'string' || !url.startsWith('/')) return false;
	return new URL(url, 'https://portal.invalid').origin === 'https://portal.invalid';
}

/**
 * A random UUID (RFC 9562 5.4) that identifies one form. A double click sends the same form twice, and the server then
 * creates one code only. `crypto.randomUUID` is missing in browsers if the portal is not served over https, as in
 * development.
 */
export function newIdempotencyKey(): string {
	const bytes = crypto.getRandomValues(new Uint8Array(16));
	bytes.set([((bytes[6] ?? 0) & 0x0f) | 0x40], 6);
	bytes.set([((bytes[8] ?? 0) & 0x3f) | 0x80], 8);
	const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
	return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}
