import { describe, expect, test } from 'vitest';
import { callbackError, signInErrorOf, signInErrors } from '../../../src/lib/server/auth/sign-in-errors';

class InvalidCheck extends Error {
	override readonly name = 'InvalidCheck';
}
/** As Auth.js wraps what it caught. */
const wrapped = (error: unknown) => new Error('outer', { cause: { err: error } });
const refused = Object.assign(new Error('connect'), { code: 'ECONNREFUSED' });
const named = (name: string) => Object.assign(new Error('x'), { name });

describe('the error in a query', () => {
	test.each(signInErrors)('%s is one of ours', (code) => expect(signInErrorOf(code)).toBe(code));
	test.each(['', 'Configuration', '<script>', 'toString'])('%s is shown as a failed sign-in', (text) =>
		expect(signInErrorOf(text)).toBe('sign_in_failed')
	);
	test('is none when there is none', () => expect(signInErrorOf(null)).toBeNull());
});

describe('why a callback failed', () => {
	test.each<[string, unknown, string | null, boolean, string]>([
		['another tab or Back', new InvalidCheck(), null, true, 'sign_in_interrupted'],
		['another tab, and the STS said no besides', new InvalidCheck(), 'access_denied', true, 'sign_in_interrupted'],
		['cookies switched off', new InvalidCheck(), null, false, 'cookies_required'],
		['cookies switched off, found late', wrapped(new InvalidCheck()), null, false, 'cookies_required'],
		['the person said no', new Error('x'), 'access_denied', true, 'access_denied'],
		['no silent sign-in', new Error('x'), 'login_required', true, 'access_denied'],
		['consent withheld', new Error('x'), 'consent_required', true, 'access_denied'],
		['the STS is overloaded', new Error('x'), 'temporarily_unavailable', true, 'sts_unavailable'],
		['the STS has failed', new Error('x'), 'server_error', true, 'sts_unavailable'],
		['an error nobody listed', new Error('x'), 'constructor', true, 'sign_in_failed'],
		['a time-out', wrapped(named('TimeoutError')), null, true, 'sts_unavailable'],
		['a broken connection on Node', wrapped(new TypeError('fetch failed')), null, true, 'sts_unavailable'],
		['a broken connection on Deno', wrapped(new TypeError('error sending request')), null, true, 'sts_unavailable'],
		['a refused connection', wrapped(refused), null, true, 'sts_unavailable'],
		['a bug', wrapped(new TypeError('x is not a function')), null, true, 'sign_in_failed'],
		['a token that is not good', wrapped(named('JWSSignatureVerificationFailed')), null, true, 'sign_in_failed'],
		['nothing that was logged', null, null, true, 'sign_in_failed']
	])('%s', (_, fault, stsError, hasCookies, code) => {
		expect(callbackError(fault, stsError, hasCookies)).toBe(code);
	});

	test('is found though errors cause each other in a circle', () => {
		const one = new Error('one');
		const two = new Error('two', { cause: one });
		one.cause = two;
		expect(callbackError(one, null, true)).toBe('sign_in_failed');
	});
});
