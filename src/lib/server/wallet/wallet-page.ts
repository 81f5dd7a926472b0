import type { RequestEvent } from '@sveltejs/kit';
import type { Locale } from '$lib/i18n/locale';
import { qrSvg } from '$lib/ui/qr-svg';
import type { SessionStatusValue } from '$lib/wallet/wallet-session';
import { IDENTITY_PAGE, type WalletNotice, type WalletView } from '$lib/wallet/view';
import type { SessionStatus } from '../bridge/normalize';
import type { RequestedClaim } from '../bridge/schemas';
import { config } from '../config';
import { toProblem } from '../http/problem';
import { log } from '../log';
import { bridge, credentialFor } from './bridge';
import {
	completeWalletSession,
	CONTINUE_PAGE,
	remainingMs,
	endedView,
	identityEndPath,
	walletOutcomeOf
} from './sessions';
import { type OwnedSession, requestUriOf, requireUnused } from '../auth/wallet-cookies';
import { detailsOf } from './owned-sessions';
import { logFailure, pageInstead } from '../http/endpoint';

/** The view to render, or the path to redirect to. */
type WalletStep = { readonly view: WalletView } | { readonly goTo: string };

type Step = (status: SessionStatus, owned: OwnedSession, event: RequestEvent) => WalletStep | Promise<WalletStep>;

function listOf(claims: readonly RequestedClaim[], locale: Locale): string | null {
	if (claims.length === 0) return null;
	return new Intl.ListFormat(locale).format(claims.map(({ label }) => label[locale]));
}

const waiting: Step = async (status, owned, { locals }) => {
	const [requestUri, { requestedClaims, dcRequest }] = await Promise.all([requestUriOf(owned), detailsOf(owned)]);
	if (requestUri === null) {
		log.warn('the request URI of a wallet session is missing from the store', { requestId: locals.requestId });
		return endedView('expired', locals, owned);
	}
	const locale = locals.locale();
	const claims = listOf(requestedClaims, locale);
	return {
		view: {
			screen: 'scan',
			sessionId: owned.id,
			requestUri,
			qr: qrSvg(requestUri),
			expiresInMs: remainingMs(status, owned),
			replaced: owned.replaces === undefined ? [] : [owned.replaces],
			dcRequest,
			claims,
			claimsText: claims === null ? (config().wallet.claimsText?.[locale] ?? null) : null
		}
	};
};
const opened: Step = async (status, owned) => ({
	view: {
		screen: 'opened',
		sessionId: owned.id,
		expiresInMs: remainingMs(status, owned),
		requestUri: await requestUriOf(owned)
	}
});
const checking: Step = (status, owned) => ({
	view: { screen: 'checking', sessionId: owned.id, expiresInMs: remainingMs(status, owned), requestUri: null }
});
const identity: Step = () => ({ goTo: IDENTITY_PAGE });
const failed: Step = ({ errorCode }, owned, { locals }) => endedView(walletOutcomeOf(errorCode), locals, owned);

const completion: Step = async (_status, owned, event) => {
	const result = await completeWalletSession(event, owned);
	return { goTo: result.kind === 'completed' ? CONTINUE_PAGE : IDENTITY_PAGE };
};

const steps: Readonly<Record<SessionStatusValue, Step>> = {
	CREATED: waiting,
	PENDING: waiting,
	INTERACTION_STARTED: opened,
	VERIFYING: checking,
	VERIFIED: completion,
	COMPLETED: completion,
	IDV_REQUIRED: identity,
	RECONCILING: identity,
	EXPIRED: (_status, owned, { locals }) => endedView('expired', locals, owned),
	FAILED: failed,
	ERROR: failed,
	VP_VALIDATION_FAILED: (_status, owned, { locals }) => endedView('refused', locals, owned)
};

/**
 * The next step for this browser's wallet session. A GET request is enough to advance, so the page works without JavaScript.
 * @param owned the result of `currentSession`
 */
export async function walletStep(event: RequestEvent, owned: OwnedSession | undefined): Promise<WalletStep> {
	if (!owned) return { view: { screen: 'start' } };
	try {
		await requireUnused(owned.id);
		const status = await bridge().readStatus(owned.id, credentialFor(event.locals));
		return await steps[status.status](status, owned, event);
	} catch (error) {
		const { code } = toProblem(error);
		if (code === 'idv_repeated') return { goTo: identityEndPath('again-required', event.locals, owned) };
		logFailure('a wallet session could not be read', { requestId: event.locals.requestId, error });
		return endedView(walletOutcomeOf(code), event.locals, owned);
	}
}

/** Why the browser has loaded the wallet page: `check` and `renewal` are presses, `return` is the way back from a wallet. */
type Arrival = 'check' | 'renewal' | 'return';

const waitingNotices: Partial<Record<WalletView['screen'], WalletNotice>> = {
	scan: 'nothing_received',
	opened: 'no_response',
	checking: 'still_checking'
};

/** The address of the wallet page that responds to a press. */
export function walletPagePath(arrival: Arrival): string {
	return `/login/wallet?after=${arrival}`;
}

/** What the page says first, by the query of `walletPagePath`; null for any other query. */
export function walletNoticeOf(after: string | null, { screen }: WalletView): WalletNotice | null {
	if (after === 'renewal') return screen === 'scan' ? 'new_code' : null;
	return after === 'check' || after === 'return' ? (waitingNotices[screen] ?? null) : null;
}

/**
 * The view for a browser that a wallet has opened on its way back, and that has no wallet session: the sign-in continues in the
 * browser where it started.
 */
export const elsewhereView: WalletView = { screen: 'ended', outcome: 'foreign', helpCode: null };

/** The 404 page for a browser that returns to a wallet session it did not create. It says what to do next. */
export function foreignPage(event: RequestEvent): Promise<Response> {
	return pageInstead(event, identityEndPath('foreign', event.locals), 404);
}
