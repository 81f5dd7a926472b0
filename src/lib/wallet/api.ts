import { withTimeLimit } from './pause';

/** `gone`: the session no longer exists for this browser. `trouble`: try again later. `refused`: asking again is no use. */
type Fault = { readonly kind: 'gone' | 'trouble' | 'refused' };

export type StatusAnswer =
	{ readonly kind: 'status'; readonly status: string; readonly expiresInMs: number | null } | Fault;

/** `accepted`: go on to `continueUrl`, a path of ours. `not_yet`: the session isn't verified (409). */
export type CompleteAnswer =
	| { readonly kind: 'accepted'; readonly continueUrl: string }
	| { readonly kind: 'identity_needed' | 'not_yet' }
	| Fault;

/** The portal's own API, as the wallet pages use it; no call ever rejects. */
export interface WalletApi {
	readonly readStatus: (sessionId: string, signal: AbortSignal) => Promise<StatusAnswer>;
	readonly complete: (sessionId: string, signal: AbortSignal) => Promise<CompleteAnswer>;
}

/** No answer in this time counts as trouble: a phone that changes networks leaves requests hanging. */
const timeoutMs = 10_000;

/** The address of one of a session's routes, such as `status` or `events`. */
export function sessionUrl(sessionId: string, route: string): string {
	return `/api/wallet/sessions/${encodeURIComponent(sessionId)}/${route}`;
}

export function walletApi(fetch: typeof globalThis.fetch = globalThis.fetch): WalletApi {
	async function ask<T>(url: string, init: RequestInit, signal: AbortSignal, read: (answer: Response) => Promise<T>) {
		try {
			return await withTimeLimit(timeoutMs, signal, async (limited) =>
				read(await fetch(url, { ...init, signal: limited }))
			);
		} catch {
			// Network, time-out, or an answer that isn't ours (a captive portal's page): all are asked again.
			return { kind: 'trouble' } as const;
		}
	}

	return {
		readStatus: (sessionId, signal) =>
			ask<StatusAnswer>(sessionUrl(sessionId, 'status'), {}, signal, async (answer) => {
				if (!answer.ok) return fault(answer.status);
				return statusOf(await answer.json());
			}),
		complete: (sessionId, signal) =>
			ask<CompleteAnswer>(sessionUrl(sessionId, 'complete'), jsonPost, signal, async (answer) => {
				if (answer.status === 202) return { kind: 'identity_needed' };
				if (answer.status === 409) return { kind: 'not_yet' };
				if (!answer.ok) return fault(answer.status);
				return acceptedOf(await answer.json());
			})
	};
}

/** Sends a form of ours as a script may; answers whether it led where it leads without one. Never rejects. */
export async function postForm(action: string, fields: Record<string, string>, leadsTo: string): Promise<boolean> {
	try {
		const answer = await fetch(action, {
			method: 'POST',
			headers: { accept: 'application/json', 'x-sveltekit-action': 'true' },
			body: new URLSearchParams(fields),
			signal: AbortSignal.timeout(timeoutMs)
		});
		const result: unknown = await answer.json();
		return isRecord(result) && result.type === 'redirect' && result.location === leadsTo;
	} catch {
		return false;
	}
}

const jsonPost: RequestInit = { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{}' };

/** A session whose browser lost its cookies (401) is as good as gone: a new code sets everything right. */
function fault(status: number): Fault {
	if (status === 404 || status === 410 || status === 401) return { kind: 'gone' };
	return { kind: status >= 500 || status === 408 || status === 429 ? 'trouble' : 'refused' };
}

/** What a status says, as `/status` answers it and `/events` sends it. By hand: two fields don't pay for a schema library. */
export function statusOf(body: unknown): StatusAnswer {
	if (!isRecord(body) || typeof body.status !== 'string') return { kind: 'trouble' };
	return {
		kind: 'status',
		status: body.status,
		expiresInMs: typeof body.expiresInMs === 'number' ? body.expiresInMs : null
	};
}

function acceptedOf(body: unknown): CompleteAnswer {
	if (!isRecord(body) || typeof body.continueUrl !== 'string') return { kind: 'trouble' };
	return isOurPath(body.continueUrl) ? { kind: 'accepted', continueUrl: body.continueUrl } : { kind: 'refused' };
}

export function isRecord(value: unknown): value is Record<string, unknown> {
	return typeof value === 'object' && value !== null;
}

function isOurPath(url: string): boolean {
	return url.startsWith('/') && new URL(url, 'https://portal.invalid').origin === 'https://portal.invalid';
}
