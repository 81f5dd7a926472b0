import { FLOW_ID, flowStartMs, isFlowId } from './cookie-budget';
import { unixMs } from '../clock';
import * as v from 'valibot';
import { type Provider, providers } from './session';
import { sealOf, cookieAttributes, cookieName } from '../http/cookies';
import type { Cookies } from '@sveltejs/kit';
import { config } from '../config';
import { LIFE_SECONDS, ownedSessions } from './wallet-cookies';
import { StepUpSchema, type StepUp } from './step-up';
import { returnPath } from '../http/return-path';
import { sha256 } from '../seal';

/** Maximum time between the redirect to the STS and the callback. */
const FLOW_SECONDS = 15 * 60;
/** The cookie lives longer, so that a late callback can be distinguished from a foreign one and can start again. */
export const FLOW_COOKIE_SECONDS = 60 * 60;

/** 132 bits. */
const SESSION_ID_CHARACTERS = 22;

const text = v.pipe(v.string(), v.maxLength(2048));
const provider = v.picklist(providers);

/** One sign-in in one browser, between its start and its callback. */
export const SignInFlowSchema = v.object({
	/** See `FLOW_ID`. */
	id: text,
	provider,
	/** Random; the part of the `state` parameter that binds the callback to this flow (RFC 6749 10.12). */
	stateKey: text,
	/** PKCE code verifier (RFC 7636 4.1). */
	verifier: text,
	/** OpenID Connect Core 3.1.2.1. */
	nonce: text,
	/** A path of the portal, checked by `returnPath`. */
	returnTo: text,
	/** The id of an institution in the STS's list; empty if none was chosen. */
	institution: text,
	/** The id of the wallet session that signs the person in; empty for a sign-in with an institution. */
	walletSessionId: text,
	/** Whether the STS was asked to authenticate the person again (`prompt=login`). */
	requestsLogin: v.boolean(),
	/** How many times the portal has restarted this sign-in by itself. */
	restarts: v.number(),
	/** The requirement that the sign-in has to meet. It is in the `state` parameter alone, because the cookie is too small. */
	stepUp: v.optional(StepUpSchema)
});
export type SignInFlow = Readonly<v.InferOutput<typeof SignInFlowSchema>>;

/** Tuples rather than objects: property names would take a third of the cookie. */
const SealedFlow = v.strictTuple([text, provider, text, text, text, text, text, text, v.boolean(), v.number()]);
/** Only a step-up has the last part, so that instances of earlier versions open all others. */
const SealedTarget = v.union([
	v.strictTuple([text, provider, text]),
	v.strictTuple([text, provider, text, StepUpSchema])
]);

const flowSeal = sealOf('sign-in flow', SealedFlow);
const targetSeal = sealOf('sign-in target', SealedTarget);

const STATE = new RegExp(`^(${FLOW_ID})\\.([\\w-]{22})\\.([\\w-]{1,4096})$`);

export function newStateKey(): string {
	return Buffer.from(crypto.getRandomValues(new Uint8Array(16))).toString('base64url');
}

/** Whether a callback is too late to redeem its code. */
export function isFlowOver(id: string, nowMs = unixMs()): boolean {
	return nowMs - flowStartMs(id) > FLOW_SECONDS * 1000;
}

/** Whether even the flow's cookie has expired. A browser does not send it any more, but another client might. */
export function isFlowCookieOver(id: string, nowMs = unixMs()): boolean {
	return nowMs - flowStartMs(id) > FLOW_COOKIE_SECONDS * 1000;
}

/** Seals a flow for its cookie. */
function sealFlow(flow: SignInFlow): string {
	const { id, provider, stateKey, verifier, nonce, returnTo, institution, walletSessionId, requestsLogin, restarts } =
		flow;
	return flowSeal.seal([
		id,
		provider,
		stateKey,
		verifier,
		nonce,
		returnTo,
		institution,
		walletSessionId,
		requestsLogin,
		restarts
	]);
}

/** Opens the flow in a cookie of the request; null for any other text. */
function openFlow(cookies: Cookies, sealed: string | undefined): SignInFlow | null {
	const opened = flowSeal.openFor(cookies, sealed)?.value;
	if (!opened) return null;
	const [id, provider, stateKey, verifier, nonce, returnTo, institution, walletSessionId, requestsLogin, restarts] =
		opened;
	return { id, provider, stateKey, verifier, nonce, returnTo, institution, walletSessionId, requestsLogin, restarts };
}

/** The content of a `state` parameter that the portal created. */
export interface ReturnedState {
	readonly flowId: string;
	readonly stateKey: string;
	readonly provider: Provider;
	readonly returnTo: string;
	readonly stepUp: StepUp | undefined;
}

/**
 * The `state` parameter of a flow. It names the flow, binds the callback to it, and contains the sealed return path, so
 * that this path is known even if the browser no longer has the flow's cookie. It also contains the requirement of a step-up.
 */
export function stateOf({
	id,
	stateKey,
	provider,
	returnTo,
	stepUp
}: Pick<SignInFlow, 'id' | 'stateKey' | 'provider' | 'returnTo' | 'stepUp'>): string {
	const sealed = targetSeal.seal(stepUp ? [id, provider, returnTo, stepUp] : [id, provider, returnTo]);
	return `${id}.${stateKey}.${sealed}`;
}

/** Reads a `state` parameter; null for text that the portal did not create. */
export function readState(state: string | null): ReturnedState | null {
	const [, flowId = '', stateKey = '', sealed = ''] = STATE.exec(state ?? '') ?? [];
	const target = targetSeal.open(sealed)?.value;
	if (target?.[0] !== flowId) return null;
	return { flowId, stateKey, provider: target[1], returnTo: target[2], stepUp: target[3] };
}

/** The id of the flow in a `state` parameter of version 1.0.0; null for any other text. */
export function flowOfVersion1(state: string | null): string | null {
	return new RegExp(`^(${FLOW_ID})\\.eyJ`).exec(state ?? '')?.[1] ?? null;
}

/**
 * Maximum size of a flow's cookie, name and value together. A return path that does not fit is only in the `state`
 * parameter.
 */
const MAX_FLOW_BYTES = 600;
/** The cookies of a flow that version 1.0.0 started. */
const version1Kinds = ['state', 'pkce', 'nonce', 'callback'] as const;

/** Stores a flow in this browser. If there are too many flows, the cookie budget evicts the oldest. */
export function keepFlow(cookies: Cookies, flow: SignInFlow): void {
	const name = flowCookieName(flow.id);
	const whole = sealFlow(flow);
	const fits = name.length + 1 + whole.length <= MAX_FLOW_BYTES;
	const value = fits ? whole : sealFlow({ ...flow, returnTo: '' });
	cookies.set(name, value, { ...cookieAttributes(), maxAge: FLOW_COOKIE_SECONDS });
}

/** The flow with this id in this browser; null if there is none, or if the cookie contains a flow with another id. */
export function findFlow(cookies: Cookies, id: string): SignInFlow | null {
	const flow = openFlow(cookies, cookies.get(flowCookieName(id)));
	return flow?.id === id ? flow : null;
}

/** Deletes one flow, which has ended or was abandoned. */
export function forgetFlow(cookies: Cookies, id: string): void {
	cookies.delete(flowCookieName(id), cookieAttributes());
}

/**
 * The id of the session that a flow begins. It is known before that session begins, so that a sign-out can revoke it. The
 * verifier is secret, so nobody else knows it.
 */
export function sessionIdOf({ verifier }: Pick<SignInFlow, 'verifier'>): string {
	return sha256(`session ${verifier}`).slice(0, SESSION_ID_CHARACTERS);
}

/** The ids of this browser's flows, oldest first. No cookie is opened. Cookies with similar names are ignored. */
export function flowIds(cookies: Cookies): readonly string[] {
	const prefix = flowCookieName('');
	return cookies
		.getAll()
		.filter(({ name }) => name.startsWith(prefix))
		.map(({ name }) => name.slice(prefix.length))
		.filter(isFlowId)
		.sort();
}

/**
 * Deletes the cookies of a flow that version 1.0.0 started in this browser, before the portal was upgraded.
 * @returns the return path, or null if the browser has no such flow
 */
export function takeFlowOfVersion1(cookies: Cookies, id: string): string | null {
	const names = version1Kinds.map((kind) => cookieName(`${kind}.${id}`)).filter((name) => cookies.get(name));
	if (names.length === 0) return null;
	const returnTo = returnPath(cookies.get(cookieName(`callback.${id}`)), config().origin);
	for (const name of names) cookies.delete(name, cookieAttributes());
	return returnTo;
}

function flowCookieName(id: string): string {
	return cookieName(`flow.${id}`);
}

/**
 * When a sign-in began, in Unix milliseconds: with a wallet, when its wallet session was created. Without the cookie of that
 * session, as early as it may have been.
 */
export function signInStartMs(cookies: Cookies, { id, provider, walletSessionId }: SignInFlow): number {
	if (provider === 'sts') return flowStartMs(id);
	const session = ownedSessions(cookies).find((owned) => owned.id === walletSessionId);
	return session?.startedAt ?? flowStartMs(id) - LIFE_SECONDS * 1000;
}

/** A person who arrives later knows already that the wallet worked. */
const LINKED_NOTICE_SECONDS = 10 * 60;

const linkedCookie = () => cookieName('linked');

/**
 * Records whether the sign-in that ends now has linked a wallet, so that the next page says so. The cookie contains no other
 * data, and an earlier one never outlives the sign-in: the next person at a shared computer is not told about a wallet.
 */
export function recordLinkedWallet(cookies: Cookies, isLinked: boolean): void {
	if (isLinked) cookies.set(linkedCookie(), '1', { ...cookieAttributes(), maxAge: LINKED_NOTICE_SECONDS });
	else forgetLinkedWallet(cookies);
}

/** Whether the page has to say that a wallet was linked. Deletes the record: it is said once. */
export function takeLinkedWallet(cookies: Cookies): boolean {
	const isLinked = cookies.get(linkedCookie()) !== undefined;
	forgetLinkedWallet(cookies);
	return isLinked;
}

export function forgetLinkedWallet(cookies: Cookies): void {
	if (cookies.get(linkedCookie()) !== undefined) cookies.delete(linkedCookie(), cookieAttributes());
}
