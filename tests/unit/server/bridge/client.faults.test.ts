import { describe, expect, test, vi } from 'vitest';
import type { Bridge } from '$lib/server/bridge/client';
import {
	cutsBeforeResponding,
	cutsMidBody,
	downUrl,
	inTurn,
	json,
	neverResponds,
	raw,
	stallsMidBody,
	startStub
} from '../http/stub-server';
import { bridgeAt, credential, personalText, problemOf, sessionId } from './fixtures';

const operations: Record<string, (bridge: Bridge) => Promise<unknown>> = {
	createSession: (bridge) => bridge.createSession({}, credential),
	readStatus: (bridge) => bridge.readStatus(sessionId, credential),
	readPerson: (bridge) => bridge.readPerson(sessionId, credential),
	complete: (bridge) => bridge.complete(sessionId, credential),
	initiateIdv: (bridge) => bridge.initiateIdv(sessionId, { redirectUri: 'https://portal.test/' }, credential),
	finishIdv: (bridge) => bridge.finishIdv(sessionId, new URLSearchParams('code=c&state=s'), credential),
	readIdvStatus: (bridge) => bridge.readIdvStatus(sessionId, credential),
	submitIdv: (bridge) => bridge.submitIdv(sessionId, { confirm: true }, credential),
	listBindings: (bridge) => bridge.listBindings('a', credential),
	removeBinding: (bridge) => bridge.removeBinding('a', 'b1', credential)
};

const faults = {
	'never responds': [neverResponds, 'upstream_timeout'],
	'stalls in the middle of its response': [stallsMidBody, 'upstream_timeout'],
	'closes the connection before responding': [cutsBeforeResponding, 'upstream_invalid'],
	'closes the connection in the middle of its response': [cutsMidBody, 'upstream_invalid'],
	'responds with HTML': [raw(200, 'text/html', '<h1>Sanne</h1>'), 'upstream_invalid'],
	'responds with broken JSON': [raw(200, 'application/json', '{"sessionId":'), 'upstream_invalid'],
	'responds with an empty body': [raw(200, 'application/json', ''), 'upstream_invalid'],
	'responds with JSON that does not match the schema': [json(200, { hello: 'Sanne' }), 'upstream_invalid'],
	'responds with a number': [json(200, 42), 'upstream_invalid'],
	'responds with a body that is too large': [json(200, 'x'.repeat(20_000)), 'upstream_invalid'],
	redirects: [raw(302, 'text/html', ''), 'upstream_invalid'],
	'fails with HTML': [raw(500, 'text/html', '<h1>Sanne</h1>'), 'upstream_invalid'],
	'fails with 500': [json(500, { error: 'server_error', error_description: 'Sanne' }), 'upstream_invalid'],
	'fails with 502': [raw(502, 'text/html', 'bad gateway'), 'upstream_unavailable'],
	'fails with 503': [raw(503, 'text/plain', ''), 'upstream_unavailable'],
	'fails with 504': [raw(504, 'text/plain', ''), 'upstream_timeout'],
	'responds with 429': [json(429, {}), 'upstream_unavailable'],
	'responds with 401': [json(401, { error: 'invalid_token' }), 'upstream_invalid'],
	'responds with 403': [json(403, {}), 'upstream_invalid']
} as const;

/** Only these wait for the time limit: on a busy machine any other response may take long. */
const endless = [neverResponds, stallsMidBody];

describe.each(Object.entries(operations))('%s', (_operation, run) => {
	test.each(Object.entries(faults))(
		'results in a known Problem when the Bridge %s',
		async (_fault, [response, code]) => {
			const stub = await startStub(response);
			const isEndless = endless.some((other) => other === response);
			const problem = await problemOf(run(bridgeAt(stub.url, { timeoutMs: isEndless ? 250 : 10_000 })));
			expect(problem.code).toBe(code);
			expect(JSON.stringify([problem.message, problem.facts])).not.toMatch(personalText);
			expect(JSON.stringify([problem.message, problem.facts])).not.toContain(sessionId);
		}
	);

	test('results in "unavailable" when the Bridge is down', async () => {
		const problem = await problemOf(run(bridgeAt(await downUrl())));
		expect(problem).toMatchObject({ code: 'upstream_unavailable', status: 503 });
		expect(problem.headers['retry-after']).toBeDefined();
		expect(problem.facts.operation).toBeDefined();
	});
});

describe('a read', () => {
	const good = json(200, { sessionId, status: 'VERIFIED' });

	test.each([
		['closes the connection before responding', cutsBeforeResponding],
		['closes the connection in the middle of its response', cutsMidBody],
		['responds with 502', raw(502, 'text/html', '')],
		['responds with 503', json(503, {})]
	])('is repeated once, after a pause, when the Bridge %s', async (_fault, response) => {
		const pause = vi.fn(() => Promise.resolve());
		const stub = await startStub(inTurn(response, good));
		const status = await bridgeAt(stub.url, { pause }).readStatus(sessionId, credential);
		expect(status.status).toBe('VERIFIED');
		expect(pause).toHaveBeenCalledExactlyOnceWith(100);
	});

	test('is repeated no more than once', async () => {
		const stub = await startStub(json(503, {}));
		await problemOf(bridgeAt(stub.url).readStatus(sessionId, credential));
		expect(stub.received).toHaveLength(2);
	});

	test.each([
		['500, which may mean "not found"', json(500, {})],
		['404', json(404, {})],
		['wrong JSON', json(200, {})],
		['a timeout', neverResponds]
	])('is not repeated after %s', async (_what, response) => {
		const stub = await startStub(inTurn(response, good));
		await problemOf(bridgeAt(stub.url, { timeoutMs: 100 }).readStatus(sessionId, credential));
		expect(stub.received).toHaveLength(1);
	});
});

test.each(['createSession', 'complete', 'initiateIdv', 'finishIdv', 'submitIdv'])(
	'%s changes state, so it is never repeated',
	async (operation) => {
		const stub = await startStub(cutsBeforeResponding);
		await problemOf(operations[operation]?.(bridgeAt(stub.url)) ?? Promise.resolve());
		expect(stub.received).toHaveLength(1);
	}
);
