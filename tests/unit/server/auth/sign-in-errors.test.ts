import { describe, expect, test } from 'vitest';
import {
	callbackFault,
	isExpiredAtSts,
	signInErrorOf,
	signInErrors,
	startFault,
	stsFault
} from '$lib/server/auth/sign-in-errors';
import { UpstreamError } from '$lib/server/http/upstream-error';

/** As Auth.js wraps what it caught. */
const wrapped = (error: unknown) => new Error('outer', { cause: { err: error } });
const coded = (code: string) => Object.assign(new Error('x'), { code });
const refusal = (error: string, status: number) => Object.assign(new Error('x'), { error, status });
const challenge = () =>
	Object.assign(new Error('x', { cause: [{ scheme: 'basic', parameters: {} }] }), {
		code: 'OAUTH_WWW_AUTHENTICATE_CHALLENGE',
		status: 401
	});
const named = (name: string) => Object.assign(new Error('x'), { name });

describe('the error in the query', () => {
	const both = { institution: true, wallet: true };
	test.each(signInErrors)('%s is a known code', (code) => expect(signInErrorOf(code, both)).toBe(code));
	test.each(['', 'Configuration', '<script>', 'toString'])('%s is shown as a failed sign-in', (text) =>
		expect(signInErrorOf(text, both)).toBe('sign_in_failed')
	);
	test('is null if it is absent', () => expect(signInErrorOf(null, both)).toBeNull());
	test.each([
		['institution_unknown', { institution: false, wallet: true }],
		['wallet_session_foreign', { institution: true, wallet: false }],
		['wallet_not_confirmed', { institution: true, wallet: false }]
	])('%s is shown as a failed sign-in if its sign-in method is disabled', (code, signInMethods) =>
		expect(signInErrorOf(code, signInMethods)).toBe('sign_in_failed')
	);
});

describe('the error in a callback', () => {
	test.each([
		['access_denied', 'access_denied'],
		['login_required', 'interaction_required'],
		['consent_required', 'interaction_required'],
		['interaction_required', 'interaction_required'],
		['invalid_scope', 'portal_misconfigured'],
		['unauthorized_client', 'portal_misconfigured'],
		['invalid_target', 'portal_misconfigured'],
		['invalid_request', 'portal_misconfigured'],
		['invalid_client', 'portal_misconfigured'],
		['request_not_supported', 'portal_misconfigured'],
		['request_uri_not_supported', 'portal_misconfigured'],
		['invalid_request_object', 'portal_misconfigured'],
		['temporarily_unavailable', 'sts_unavailable'],
		['server_error', 'sts_unavailable'],
		['constructor', 'sign_in_failed'],
		['', 'sign_in_failed']
	])('%j is reported as %s', (error, code) => expect(stsFault(error)).toBe(code));

	test.each([
		['temporarily_unavailable', 'authentication_expired', true],
		['temporarily_unavailable', 'maintenance', false],
		['access_denied', 'authentication_expired', false]
	])('%s with the description %s means that the person took too long: %s', (error, error_description, expected) => {
		expect(isExpiredAtSts(new URLSearchParams({ error, error_description }))).toBe(expected);
	});
});

describe('the reason for a failed code redemption', () => {
	test.each<[string, unknown, string]>([
		['a timeout', wrapped(new UpstreamError('timeout')), 'sts_unavailable'],
		['a broken connection', wrapped(new UpstreamError('cut_off')), 'sts_unavailable'],
		['an invalid response', wrapped(new UpstreamError('bad_response')), 'sts_unavailable'],
		['a refused connection', wrapped(new UpstreamError('unreachable')), 'sts_unavailable'],
		['a 502', wrapped(new Error('x', { cause: new Response('', { status: 502 }) })), 'sts_unavailable'],
		['too many requests', wrapped(new Error('x', { cause: new Response('', { status: 429 }) })), 'sts_unavailable'],
		['a page of a gateway', wrapped(coded('OAUTH_RESPONSE_IS_NOT_JSON')), 'sts_unavailable'],
		['a response that is cut short', wrapped(coded('OAUTH_PARSE_ERROR')), 'sts_unavailable'],
		['a client that the STS refuses', wrapped(refusal('invalid_client', 401)), 'portal_misconfigured'],
		['scopes that the STS refuses', wrapped(refusal('invalid_scope', 400)), 'portal_misconfigured'],
		['a resource that the STS refuses', wrapped(refusal('invalid_target', 400)), 'portal_misconfigured'],
		['a challenge', wrapped(challenge()), 'portal_misconfigured'],
		['a code that was used before', wrapped(refusal('invalid_grant', 400)), 'sign_in_failed'],
		['a bug', wrapped(new TypeError('x is not a function')), 'sign_in_failed'],
		['a token with an invalid signature', wrapped(named('JWSSignatureVerificationFailed')), 'sign_in_failed'],
		['nothing', null, 'sign_in_failed']
	])('%s', (_, fault, code) => expect(callbackFault(fault)).toBe(code));

	test('is found even if errors cause each other in a cycle', () => {
		const one = new Error('one');
		const two = new Error('two', { cause: one });
		one.cause = two;
		expect(callbackFault(one)).toBe('sign_in_failed');
	});
});

describe('the reason for a failed start of a sign-in', () => {
	test.each<[string, unknown, string]>([
		['a refused client', refusal('invalid_client', 401), 'portal_misconfigured'],
		['a challenge', challenge(), 'portal_misconfigured'],
		['a callback that is not registered', refusal('invalid_redirect_uri', 400), 'portal_misconfigured'],
		['another issuer', wrapped(coded('OAUTH_JSON_ATTRIBUTE_COMPARISON_FAILED')), 'portal_misconfigured'],
		['maintenance', refusal('temporarily_unavailable', 400), 'sts_unavailable'],
		['a refusal by a failing server', refusal('invalid_client', 503), 'sts_unavailable'],
		['too many requests', refusal('slow_down', 429), 'sts_unavailable'],
		['a refused connection', wrapped(new UpstreamError('unreachable')), 'sts_unavailable'],
		['a page of a gateway', coded('OAUTH_RESPONSE_IS_NOT_JSON'), 'sts_unavailable']
	])('%s', (_, fault, code) => expect(startFault(fault)).toBe(code));
});
