import { processClientCredentialsResponse } from 'oauth4webapi';
import { afterEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { SessionTooLarge } from '$lib/server/auth/session-tokens';
import { Problem } from '$lib/server/http/problem';
import { UpstreamError } from '$lib/server/http/upstream-error';
import { auditLog, createLineLimit, findNetworkBy, findRequestIdBy, log, startLogging } from '$lib/server/log';
import { StoreUnavailable } from '$lib/server/store/store';

vi.mock('$lib/server/config', () => import('./configured'));

afterEach(() => {
	vi.restoreAllMocks();
	findRequestIdBy(() => undefined);
	findNetworkBy(() => undefined);
});

/** The fields of the line that is written for an error. */
function writtenFields(error: Error): { readonly error: unknown; readonly requestId?: string } {
	const lines: string[] = [];
	vi.spyOn(console, 'error').mockImplementation((line: string) => void lines.push(line));
	startLogging('info');
	log.error('a fault', { error });
	expect(lines).toHaveLength(1);
	return (JSON.parse(lines[0] ?? '') as { properties: { error: unknown } }).properties;
}

const written = (error: Error) => writtenFields(error).error;

const refusal = (fields: Record<string, unknown>) => written(Object.assign(new Error('refused'), fields));

test('an STS error is logged with its code and description, without personal data', () => {
	const error_description = 'Invalid scopes: openid eduid, for sanne@uni-noord.example';
	expect(refusal({ error: 'invalid_request', error_description })).toMatchObject({
		code: 'invalid_request',
		description: 'Invalid scopes: openid eduid, for [email]'
	});
});

test('an STS error whose code is not valid is logged without the code and its description', () => {
	const fields = refusal({ error: 'Eve was here\n', error_description: 'Eve was here' });
	expect(fields).not.toHaveProperty('code');
	expect(fields).not.toHaveProperty('description');
});

test('a long description is truncated', () => {
	const { description } = refusal({ error: 'invalid_grant', error_description: 'no '.repeat(999) }) as {
		description: string;
	};
	expect(description).toHaveLength(200);
});

describe('the cause of an error', () => {
	/** As Auth.js wraps what it caught. */
	const wrapped = (err: unknown) =>
		Object.assign(new Error('Auth.js failed', { cause: new Error('Read more at …', { cause: { err } }) }), {
			name: 'AuthjsError'
		});
	const as = { issuer: 'https://sts.example' };
	const client = { client_id: 'portal' };
	/** What the OAuth library throws for a response. */
	const thrownFor = (response: Response) =>
		processClientCredentialsResponse(as, client, response).then(
			() => expect.unreachable(),
			(error: unknown) => error
		);
	const html = { headers: { 'content-type': 'text/html' } };

	test.each<[string, Response, object]>([
		['a 500', new Response('', { status: 500 }), { code: 'OAUTH_RESPONSE_IS_NOT_CONFORM', status: 500 }],
		['HTML', new Response('<h1>x</h1>', html), { code: 'OAUTH_RESPONSE_IS_NOT_JSON', status: 200 }],
		[
			'a refusal',
			Response.json({ error: 'invalid_client', error_description: 'for a@b.example' }, { status: 400 }),
			{ code: 'invalid_client', status: 400, description: 'for [email]' }
		],
		[
			'a challenge',
			new Response('', { status: 401, headers: { 'www-authenticate': 'Basic realm="x"' } }),
			{ code: 'invalid_client', status: 401 }
		],
		[
			'a challenge with a code',
			new Response('', { status: 401, headers: { 'www-authenticate': 'Bearer error="invalid_token"' } }),
			{ code: 'invalid_token', status: 401 }
		]
	])('is logged for %s, however it is wrapped, without a stack', async (_, response, expected) => {
		const fields = written(wrapped(await thrownFor(response)));
		expect(fields).toMatchObject(expected);
		expect(fields).not.toHaveProperty('stack');
	});

	test('is logged for a refused connection, with a hint on what to check', () => {
		expect(written(wrapped(new UpstreamError('unreachable', 'ECONNREFUSED', 'sts.example:443')))).toEqual({
			name: 'UpstreamError',
			message: 'upstream fault: unreachable (ECONNREFUSED, sts.example:443)',
			code: 'unreachable',
			reason: 'ECONNREFUSED',
			host: 'sts.example:443',
			hint: expect.stringContaining('check the address') as unknown
		});
	});

	test.each([
		['invalid_request', 'callbacks'],
		['invalid_client', 'client id'],
		['id_token_iat', 'compare the clocks'],
		['ERR_JWT_EXPIRED', 'compare the clocks'],
		['id_token_azp', 'STS_CLIENT_ID']
	])('is logged for %s with a hint that has "%s"', (code, text) => {
		expect(written(Object.assign(new Error('x'), { code }))).toMatchObject({
			code,
			hint: expect.stringContaining(text) as string
		});
	});

	test('is logged without a hint for a code that is the name of a property of every object', () => {
		expect(written(Object.assign(new Error('x'), { code: 'constructor' }))).not.toHaveProperty('hint');
	});

	test('is logged for a problem, with its facts', () => {
		const facts = { upstream: 'auth-bridge', operation: 'status', upstreamStatus: 500 };
		expect(written(new Problem('upstream_invalid', { facts }))).toMatchObject({ code: 'upstream_invalid', ...facts });
	});

	test('is the innermost error that has details, if several have them', () => {
		const inner = Object.assign(new Error('inner'), { code: 'ECONNREFUSED', status: 502 });
		const outer = Object.assign(new Error('outer', { cause: inner }), { code: 'ERR_FETCH', status: 500 });
		expect(written(outer)).toMatchObject({ code: 'ECONNREFUSED', status: 502 });
	});

	test('includes the stack of the innermost error if that is a bug', () => {
		const bug = new TypeError('x is not a function');
		expect(written(wrapped(bug))).toMatchObject({ name: 'TypeError', message: bug.message, stack: bug.stack });
	});

	test.each([new StoreUnavailable(), new SessionTooLarge('too large for a cookie')])(
		'has no stack for $name, which is no bug',
		(error) => {
			expect(written(error)).toEqual({ name: error.name, message: error.message || error.name });
		}
	);

	test('is followed for at most ten steps, even in a cycle', () => {
		const one = new Error('one');
		one.cause = new Error('two', { cause: one });
		expect(written(one)).toMatchObject({ message: 'one: two' });
	});

	test('does not quote text that a parser rejected', () => {
		const cause = new SyntaxError('Unexpected token in "secret"');
		const fields = written(Object.assign(new Error('not JSON', { cause }), { code: 'OAUTH_PARSE_ERROR' }));
		expect(JSON.stringify(fields)).not.toContain('secret');
	});
});

test('a log line without a request id has the id of the current request', () => {
	findRequestIdBy(() => 'r7');
	expect(writtenFields(new Error('x'))).toMatchObject({ requestId: 'r7' });
});

test('the audit log keeps client ids, addresses and hashes unchanged, whatever they look like', () => {
	const lines: string[] = [];
	vi.spyOn(console, 'info').mockImplementation((line: string) => void lines.push(line));
	startLogging('error');
	const fields = {
		client: '0f5e6d1c-1a2b-4c3d-8e9f-001122334455',
		address: '2001:db8:1::/48',
		subject: '6ceyJ0123456789abcdefg'
	};
	auditLog('admin.sessions_revoked', fields);
	expect((JSON.parse(lines[0] ?? '') as { properties: object }).properties).toEqual(fields);
});

describe('log lines that anyone can cause', () => {
	test('are limited per network, which is logged once; other networks and other lines are not affected', () => {
		const lines: string[] = [];
		vi.spyOn(console, 'info').mockImplementation((line: string) => void lines.push(line));
		startLogging('info');
		findNetworkBy(() => '192.0.2.0/24');
		for (let n = 0; n < 3000; n++) log.limited('an error', { n });
		log.info('another line');
		findNetworkBy(() => '198.51.100.0/24');
		log.limited('an error of another');
		const messages = lines.map((line) => (JSON.parse(line) as { message: string }).message);
		expect(messages.slice(0, 1200).every((message) => message === 'an error')).toBe(true);
		expect(messages.slice(1200)).toEqual([
			'further log lines are suppressed until the minute ends',
			'another line',
			'an error of another'
		]);
	});

	test('are limited for all networks together too, until the minute ends', () => {
		vi.useFakeTimers({ toFake: ['performance'] });
		onTestFinished(() => void vi.useRealTimers());
		const limit = createLineLimit(2, 3);
		const rooms = (...networks: string[]) => networks.map((network) => limit.roomFor(network));
		expect(rooms('a', 'a', 'a', 'a', 'b', 'c', 'd')).toEqual(['yes', 'yes', 'last', 'no', 'yes', 'last', 'no']);
		vi.advanceTimersByTime(59_999);
		expect(rooms('a', 'd')).toEqual(['no', 'no']);
		vi.advanceTimersByTime(1);
		expect(rooms('a', 'd')).toEqual(['yes', 'yes']);
	});
});
