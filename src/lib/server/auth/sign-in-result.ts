import type { RequestEvent } from '@sveltejs/kit';
import * as v from 'valibot';
import { audit } from '../audit';
import { oauthErrorFields } from '../error-fields';
import { logBug } from '../http/endpoint';
import { log } from '../log';
import { createOnce, WorkFailed } from './run-once';
import { sharedStore } from '../store';
import { StoreUnavailable } from '../store/store';
import { SessionSchema, type Provider, type Session } from './session';
import { FLOW_COOKIE_SECONDS, type SignInFlow, SignInFlowSchema, signInStartMs } from './sign-in-flow';
import { flowStartMs } from './cookie-budget';
import { isRevokedSince } from './revoked-sessions';
import { storeTokens } from './session-cookie';
import { meetsStepUp } from './step-up';
import { markUsed } from './wallet-cookies';
import { type SignInError, signInErrors } from './sign-in-errors';
import { CLOCK_TOLERANCE_SECONDS, FRESH_CLOCK_TOLERANCE_SECONDS } from '../clock';
import { type IdentityClaims, displayName, stableSubject } from '../sts/id-token';
import { config } from '../config';
import { count, type SignInMethod } from '../metrics';
import { discardTokens, newTokensKey, removeStoredTokens, revokeTokens, type TokenSet } from './session-tokens';

/** What a sign-in requested from the STS, and when. Times are in Unix seconds. */
interface SignInFacts {
	readonly provider: Provider;
	/** Whether the person had to authenticate again (`prompt=login`). */
	readonly requestsLogin: boolean;
	readonly startedAt: number;
	readonly endedAt: number;
	/** The start of the session (`sessionStart`). */
	readonly sessionStartsAt: number;
}

/** Creates the session of a person who has just signed in. */
export function newSession(claims: IdentityClaims, tokens: TokenSet, facts: SignInFacts): Session {
	const { provider, endedAt, sessionStartsAt } = facts;
	return {
		id: crypto.randomUUID(),
		generation: 0,
		provider,
		sub: claims.sub,
		userId: stableSubject(claims),
		name: displayName(claims),
		email: claims.email,
		eduid: claims.eduid,
		institution: claims.schac_home_organization ?? claims.institution_id,
		institutionId: claims.institution_id,
		acr: claims.acr,
		amr: claims.amr ?? [],
		sid: claims.sid,
		...authenticationOf(claims, facts),
		issuedAt: issuedAt(claims.iat, endedAt),
		startedAt: sessionStartsAt,
		endsAt: endedAt + config().sessionMaxAgeSeconds,
		// A cookie without a time counts as active now, also a copy that is used much later (`handles/session.ts`).
		...(config().sessionIdleSeconds > 0 && { activeAt: endedAt }),
		...tokens,
		tokensKey: newTokensKey()
	};
}

/**
 * When the person authenticated, by the portal's clock. Without `auth_time`, the time is known only if the STS had to
 * authenticate the person again: then it is not before the start of the sign-in. Otherwise it is 0, as for an `auth_time` that
 * can't be true.
 */
function authenticationOf({ auth_time, iat }: IdentityClaims, { requestsLogin, startedAt, endedAt }: SignInFacts) {
	if (auth_time === undefined) return { authTime: requestsLogin ? startedAt : 0 };
	// Nobody authenticates after the token is issued: then `iat` was set back, and the clock is right.
	const authTime = auth_time + (iat !== undefined && auth_time > iat ? 0 : secondsBehind(iat, endedAt));
	if (auth_time <= 0 || authTime > endedAt + CLOCK_TOLERANCE_SECONDS) return { authTime: 0 };
	const isReauthIgnored = requestsLogin && authTime < startedAt - CLOCK_TOLERANCE_SECONDS;
	return { authTime, ...(isReauthIgnored && { isReauthIgnored }) };
}

/**
 * How far the STS's clock is behind the portal's, by the `iat` of an ID token that it has just issued. 0 within the tolerance
 * that comparisons have anyway, and for a difference with which the tokens of a sign-in are not accepted.
 */
function secondsBehind(iat: number | undefined, endedAt: number): number {
	const seconds = iat === undefined ? 0 : endedAt - iat;
	const isClock = Math.abs(seconds) > CLOCK_TOLERANCE_SECONDS && Math.abs(seconds) <= FRESH_CLOCK_TOLERANCE_SECONDS;
	return isClock ? seconds : 0;
}

/** Allows for two clocks that are a minute off and a slow response. */
const MAX_IAT_OFFSET_SECONDS = 180;

/**
 * `iat` if it is plausible as the time of the sign-in by the STS's clock; otherwise undefined. That clock may step,
 * and some services set `iat` minutes back.
 */
function issuedAt(iat: number | undefined, endedAt: number): number | undefined {
	return iat !== undefined && Math.abs(iat - endedAt) <= MAX_IAT_OFFSET_SECONDS ? iat : undefined;
}

/** How long the outcome of a callback is shared with further requests from the same browser. */
const SHARED_MS = 60_000;
/** How long a flow stays recorded as used: longer than a callback for it can be accepted. */
const USED_MS = (FLOW_COOKIE_SECONDS + 300) * 1000;

const Outcome = v.variant('kind', [
	v.object({ kind: v.literal('signed_in'), session: SessionSchema }),
	v.object({
		kind: v.literal('failed'),
		error: v.picklist(signInErrors),
		/** Only the query of the callback shows it, such as an error or a code that the STS refuses: anybody can send one. */
		isByQuery: v.optional(v.boolean())
	}),
	v.object({ kind: v.literal('restarted'), url: v.string(), flow: SignInFlowSchema })
]);

/** The outcome of a callback. `restarted`: the browser is redirected to the STS again, with a new flow. */
export type CallbackOutcome = v.InferOutput<typeof Outcome>;

/** A sign-in that failed. */
export type SignInFailure = Omit<Extract<CallbackOutcome, { kind: 'failed' }>, 'kind'>;

/** Begins the session of a person whom the STS has authenticated, unless something speaks against it. */
export async function beginSession(
	{ locals, cookies }: Pick<RequestEvent, 'locals' | 'cookies'>,
	flow: SignInFlow,
	session: Session
): Promise<CallbackOutcome> {
	const { requestId } = locals;
	if (flow.stepUp && !meetsStepUp(session, flow.stepUp, Math.floor(flowStartMs(flow.id) / 1000))) {
		log.warn('a step-up did not meet its requirement', { requestId });
		await discardUnlessSignedIn(session);
		return { kind: 'failed', error: 'step_up_refused' };
	}
	if (await isRevokedSince(session.userId, signInStartMs(cookies, flow))) {
		await revokeTokens(session, requestId);
		return { kind: 'failed', error: 'sign_in_interrupted' };
	}
	const stored = await storeTokens(session, requestId);
	if ('error' in stored) {
		await discardUnlessSignedIn(session);
		return { kind: 'failed', error: stored.error };
	}
	// The wallet session is used up only when nothing else can prevent the sign-in, so that the person can retry a failed
	// one with it.
	if (flow.provider === 'sts-wallet' && !(await markUsed(flow.walletSessionId))) {
		log.warn('a wallet session has already been used for a sign-in', { requestId });
		await discardUnlessSignedIn(stored.session);
		return { kind: 'failed', error: 'sign_in_interrupted' };
	}
	return { kind: 'signed_in', session: stored.session };

	/** An STS that revokes a grant as a whole would also end the session that this browser has. */
	function discardUnlessSignedIn(unused: Session): Promise<void> {
		return locals.session ? removeStoredTokens(unused) : discardTokens(unused, requestId);
	}
}

const methods: Readonly<Record<Provider, SignInMethod>> = { sts: 'institution', 'sts-wallet': 'wallet' };

/** Counts a browser that is sent to the STS for a sign-in. */
export function countStart(provider: Provider): void {
	count('portal.sign_ins.started', { method: methods[provider] });
}

/**
 * Counts the end of a sign-in, or a start that failed.
 * @param isByQuery see `CallbackOutcome`; alerts that wake an operator leave these out, because any client can cause them
 */
export function countSignIn(provider: Provider, result: SignInError | 'ok', isByQuery = false): void {
	count('portal.sign_ins', { method: methods[provider], result, ...(isByQuery && { cause: 'query' }) });
}

/**
 * Writes a failed callback to the audit log and the log.
 * @param result what it counts as; null if another request counts it
 */
export function reportFailure(
	{ locals, url }: Pick<RequestEvent, 'locals' | 'url'>,
	provider: Provider,
	{ error, isByQuery }: SignInFailure,
	result: SignInError | null
): void {
	if (result) countSignIn(provider, result, isByQuery);
	if (!audit('sign_in.failed', { provider, reason: error }, locals)) return;
	const ofSts = oauthErrorFields(url.searchParams.get('error'), url.searchParams.get('error_description'));
	log.warn('a sign-in failed', { requestId: locals.requestId, provider, code: error, ...ofSts });
}

let once: ReturnType<typeof createOnce> | undefined;
/** Runs the work of each callback once. Identity verification (`wallet/identity.ts`) uses it too. */
export const callbackRuns = () => (once ??= createOnce({ store: sharedStore() }));

/**
 * Performs the work of a callback once per flow, even if the browser repeats the request (a double click or a reload)
 * or another instance receives it. Further requests get the same outcome for one minute; after that, the flow counts
 * as used. The outcome is sealed with a key that is derived from the flow's PKCE verifier, so only a browser with the
 * flow's cookie can read it. Without a shared store, this applies per instance.
 * @param work calls the STS; reports its failures as an outcome
 * @returns the outcome, and whether this request performed the work or its result is lost (`isOwn`): no other one reports it
 */
export async function redeemOnce(
	{ verifier }: Pick<SignInFlow, 'verifier'>,
	{ requestId }: Pick<App.Locals, 'requestId'>,
	work: () => Promise<CallbackOutcome>
): Promise<{ readonly outcome: CallbackOutcome; readonly isOwn: boolean }> {
	const secret = `sign-in ${verifier}`;
	let isOwn = false;
	async function run(): Promise<string> {
		isOwn = true;
		const isUnused = await sharedStore().replace(
			`used:${callbackRuns().nameOf(secret)}`,
			null,
			crypto.randomUUID(),
			USED_MS
		);
		const outcome: CallbackOutcome = isUnused ? await work() : { kind: 'failed', error: 'sign_in_interrupted' };
		return JSON.stringify(outcome);
	}
	// If a process stopped during this work, it may already have redeemed the code. Redeeming it again would revoke
	// the grant.
	const result = await callbackRuns()
		.run({ secret, repeatLost: false, keepMs: SHARED_MS, run })
		.catch((error: unknown) => {
			const isExpected = error instanceof WorkFailed || error instanceof StoreUnavailable;
			if (isExpected) log.warn('the outcome of a callback is lost', { requestId, error });
			else logBug(error, requestId);
			return null;
		});
	if (result === null) return { outcome: { kind: 'failed', error: 'sign_in_failed' }, isOwn: true };
	return { outcome: v.parse(Outcome, JSON.parse(result)), isOwn };
}

/**
 * Resolves when this process has no callback in flight. If the process stopped earlier, a callback's result would be
 * lost.
 */
export async function callbacksSettled(): Promise<void> {
	await once?.settled();
}
