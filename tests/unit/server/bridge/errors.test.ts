import { describe, expect, test } from 'vitest';
import { type Operation, problemOf } from '$lib/server/bridge/errors';
import { sessionId } from './fixtures';

const meaning = (status: number, json: unknown, operation: Operation = 'readStatus') =>
	problemOf(operation, { status, headers: new Headers(), text: '', json }).code;

const codes = [
	['SESSION_NOT_FOUND', 'not_found'],
	['SESSION_NOT_VERIFIED', 'session_not_verified'],
	['SESSION_ALREADY_COMPLETED', 'session_already_completed'],
	['SESSION_NOT_IDV_REQUIRED', 'idv_not_required'],
	['IDV_REQUIRED', 'idv_required'],
	['NO_RECONCILIATION_SESSION', 'idv_not_started'],
	['NO_RECONCILIATION_MAPPING', 'no_match'],
	['RECONCILIATION_FAILED', 'reconciliation_failed'],
	['USER_NOT_FOUND', 'no_match'],
	['USER_IDENTIFIER_NOT_FOUND', 'attribute_missing'],
	['VERIFIED_DATA_MISSING', 'attribute_missing'],
	['CLAIMS_MAPPING_FAILED', 'attribute_missing'],
	['HOLDER_KEY_EXTRACTION_FAILED', 'credential_refused'],
	['SESSION_STORE_FAILED', 'upstream_unavailable'],
	['QUERY_ID_REQUIRED', 'upstream_invalid'],
	['INVALID_REQUEST_BODY', 'upstream_invalid']
] as const;

const hintFor = (operation: Operation, json: unknown, status = 404) =>
	problemOf(operation, { status, headers: new Headers(), text: '', json }).facts.hint;

test.each([401, 403])('a %d names the settings of the service client, unless its code is about a session', (status) => {
	expect(hintFor('createSession', undefined, status)).toContain('AUTH_BRIDGE_CLIENT_ID');
	expect(hintFor('readStatus', { error: 'unauthorized' }, status)).toContain('AUTH_BRIDGE_CLIENT_ID');
	expect(hintFor('readStatus', { error: 'SESSION_NOT_FOUND' }, status)).toBeUndefined();
});

describe('a 404 without a code', () => {
	test('of the call that creates a session names the variable with the address', () => {
		expect(hintFor('createSession', undefined)).toContain('AUTH_BRIDGE_URL');
		expect(hintFor('createSession', { error: 'SESSION_NOT_FOUND' })).toBeUndefined();
	});

	test('of another call may be about a session that is gone', () => {
		expect(hintFor('readStatus', undefined)).toBeUndefined();
	});
});

describe('an error code', () => {
	test.each(codes)('%s means %s in every shape and with any HTTP status', (code, ours) => {
		for (const status of [400, 404, 409, 500]) {
			expect(meaning(status, { error: { code, message: 'm', details: {} } })).toBe(ours);
			expect(meaning(status, { error: code.toLowerCase(), error_description: 'm' })).toBe(ours);
			expect(meaning(status, { code, message: 'm' })).toBe(ours);
		}
	});

	test.each(codes)('%s is an error of the service, not of a session, while a session is created', (code, ours) => {
		const expected = ours === 'upstream_unavailable' ? ours : 'upstream_invalid';
		for (const status of [400, 404, 409, 500]) expect(meaning(status, { error: code }, 'createSession')).toBe(expected);
		expect(meaning(409, undefined, 'createSession')).toBe('upstream_invalid');
	});

	test.each(codes)('%s is recognized in the text of a message without a code', (code, ours) => {
		const words = code.toLowerCase().replaceAll('_', ' ');
		expect(meaning(500, { code: '500', message: `${words}: ${sessionId}` })).toBe(ours);
	});

	test.each([
		['ALREADY_LINKED', 'linked_elsewhere'],
		['ASSURANCE_TOO_LOW', 'assurance_too_low'],
		['ACR_NOT_SUFFICIENT', 'assurance_too_low'],
		['MATCH_NOT_FOUND', 'no_match'],
		['BINDING_NOT_FOUND', 'not_found'],
		['SOMETHING_NEW', 'upstream_invalid'],
		['toString', 'upstream_invalid']
	])('%s, which is not in the list, means %s', (code, ours) => {
		expect(meaning(500, { error: { code } })).toBe(ours);
	});
});

describe('"not found"', () => {
	test.each([
		['the flat format', 404, { error: 'session_not_found', error_description: 'm' }],
		['the old format', 404, { code: '404', message: 'm' }],
		['the old format with status 500', 500, { code: '404', message: 'm' }],
		['a numeric code', 500, { code: 404 }],
		['only a message, with status 500', 500, { message: `Session ${sessionId} not found` }],
		['a message about no session', 500, { error: 'Internal Server Error', message: 'no session for this id' }],
		['an expired session', 500, { error: { message: 'The session has expired' } }],
		['a framework', 404, { statusCode: 404, error: 'Not Found', message: 'Cannot GET /x' }],
		['HTML', 404, undefined],
		['status 410', 410, undefined]
	])('is recognized: %s', (_how, status, json) => {
		expect(meaning(status, json)).toBe('not_found');
	});
});

describe('an error without a code', () => {
	test.each([
		[400, 'upstream_invalid'],
		[401, 'upstream_invalid'],
		[408, 'upstream_timeout'],
		[409, 'upstream_invalid'],
		[429, 'upstream_unavailable'],
		[500, 'upstream_invalid'],
		[502, 'upstream_unavailable'],
		[503, 'upstream_unavailable'],
		[504, 'upstream_timeout'],
		[599, 'upstream_invalid']
	])('%i means %s', (status, ours) => {
		expect(meaning(status, undefined)).toBe(ours);
	});

	test.each([
		['complete', 'session_not_verified'],
		['initiateIdv', 'idv_not_required'],
		['finishIdv', 'idv_failed'],
		['submitIdv', 'idv_not_started']
	] as const)('a 409 response to %s means %s', (operation, ours) => {
		expect(meaning(409, undefined, operation)).toBe(ours);
	});

	test.each([null, [], 'text', 7, { error: 7, code: {}, message: [] }, { error: null }, { error: [] }])(
		'may have any body: %j',
		(json) => {
			expect(meaning(500, json)).toBe('upstream_invalid');
		}
	);
});

describe('the log fields', () => {
	const factsOf = (code: string) => {
		const json = { error: { code, message: `Sanne of ${sessionId}` } };
		return problemOf('complete', { status: 500, headers: new Headers(), text: '', json }).facts;
	};

	test('contain codes and numbers, never the message', () => {
		expect(factsOf('NEW_CODE')).toEqual({
			upstream: 'auth-bridge',
			operation: 'complete',
			upstreamStatus: 500,
			upstreamCode: 'NEW_CODE'
		});
	});

	test.each([`NO_${sessionId}`, 'x'.repeat(41), 'Sanne de Vries, born on 2001-02-03, has no account'])(
		'omit an invalid code: %s',
		(code) => {
			expect(factsOf(code)).not.toHaveProperty('upstreamCode');
		}
	);
});
