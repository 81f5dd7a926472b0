import * as v from 'valibot';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { Browser } from '../harness/browser.ts';
import { ApiClient } from '../harness/api-client.ts';
import { openEvents } from '../harness/event-reader.ts';
import type { HttpResponse } from '../harness/exchange.ts';
import { type Landscape, startLandscape } from '../harness/landscape.ts';
import { runtime } from '../harness/runtime.ts';
import type { PersonId } from '../sandbox/people.ts';
import { type Description, readDescription } from './support/description.ts';
import { sessionPath, sharedWalletSession, signInAtInstitution } from './support/journeys.ts';
import { sessionRoutes } from './support/session-routes.ts';
import { AUDIENCE, apiClientAs, serviceToken, sessionOf } from './support/third-party.ts';

/** How a type of event is described. */
const EventSchema = v.object({
	properties: v.object({
		event: v.object({ const: v.string() }),
		data: v.object({ contentSchema: v.record(v.string(), v.unknown()) })
	})
});

let landscape: Landscape;
let description: Description;

beforeAll(async () => {
	landscape = await startLandscape({ runtime, env: { API_AUDIENCE: AUDIENCE } });
	description = await readDescription(landscape.url);
});
afterAll(() => landscape.stop());
beforeEach(() => landscape.sandbox.reset());

/** The differences between a response and the description; empty if there are none. */
function faultsOf(method: string, path: string, response: HttpResponse): string[] {
	const template = path.replace(/\?.*/, '').replace(/\/sessions\/[^/]+/, '/sessions/{id}');
	return description.faultsOf(method, template, response);
}

type Ask = (method: string, path: string, json?: unknown) => Promise<HttpResponse>;
const asBrowser =
	(browser: Browser): Ask =>
	(method, path, json) =>
		browser.call(path, { method, json });
const asApiClient =
	(client: ApiClient): Ask =>
	(method, path, json) =>
		client.call(path, { method, json });

const plainRoutes = [
	['GET', '/api/me'],
	['GET', '/api/health'],
	['GET', '/api/health/ready'],
	['GET', '/api/openapi.json'],
	['GET', '/.well-known/jwks.json'],
	['GET', '/api/auth/session'],
	['GET', '/api/auth/csrf'],
	['GET', '/api/auth/providers'],
	['GET', '/api/auth/signin'],
	['POST', '/api/auth/backchannel-logout'],
	['POST', '/api/wallet/sessions', { queryId: 'not-configured' }],
	['POST', '/api/wallet/sessions', {}],
	['POST', '/api/wallet/sessions', []]
] as const;

/**
 * Requests every route that does not sign out, including those of the wallet session if there is one; returns the
 * differences from the description.
 */
async function everywhere(ask: Ask, id: string): Promise<string[]> {
	const ofSession = sessionRoutes.filter(([, rest]) => !rest.startsWith('events'));
	const calls = [
		...plainRoutes,
		...ofSession.map(([method, rest, json]) => [method, sessionPath(id, rest), json] as const)
	];
	const faults: string[] = [];
	for (const [method, path, json] of calls) faults.push(...faultsOf(method, path, await ask(method, path, json)));
	return faults;
}

describe('every response matches the description', () => {
	test('to an anonymous client', async () => {
		expect(await everywhere(asBrowser(new Browser(landscape.url)), '0'.repeat(32))).toEqual([]);
	});

	test.each<PersonId>(['known-student', 'unknown-student', 'unknown-employee', 'several-candidates'])(
		'to a browser that signs in with the wallet of the %s',
		async (person) => {
			const browser = new Browser(landscape.url);
			const id = await sharedWalletSession(browser, landscape.sandbox, person);
			expect(await everywhere(asBrowser(browser), id)).toEqual([]);
			expect(await everywhere(asBrowser(browser), id)).toEqual([]);
		}
	);

	test('to a signed-in person, and at sign-out', async () => {
		const browser = new Browser(landscape.url);
		await signInAtInstitution(browser);
		const ask = asBrowser(browser);
		expect(await everywhere(ask, '0'.repeat(32))).toEqual([]);
		expect(faultsOf('POST', '/api/auth/signout', await ask('POST', '/api/auth/signout'))).toEqual([]);
	});

	test('to an API client', async () => {
		const client = new ApiClient(landscape.url, await serviceToken(landscape));
		const created = await client.call('/api/wallet/sessions', { method: 'POST', json: {} });
		const { sessionId } = JSON.parse(created.text) as { sessionId: string };
		expect(faultsOf('POST', '/api/wallet/sessions', created)).toEqual([]);
		await landscape.sandbox.share(sessionId, 'several-candidates');
		expect(await everywhere(asApiClient(client), sessionId)).toEqual([]);
	});

	test('to an API client without the scope, and to one with an invalid token', async () => {
		const lacking = new ApiClient(landscape.url, await serviceToken(landscape, 'other'));
		expect(await everywhere(asApiClient(lacking), '0'.repeat(32))).toEqual([]);
		expect(await everywhere(asApiClient(new ApiClient(landscape.url, 'none')), '0'.repeat(32))).toEqual([]);
	});

	test.each([
		['bridge-down', {}],
		['bridge-500', {}],
		['bridge-html', {}],
		['bridge-error', { error: 'SESSION_NOT_FOUND', status: 404 }],
		['sts-down', {}]
	] as const)('while %s', async (name, options) => {
		const client = await apiClientAs(landscape, 'third-party');
		const created = await client.call('/api/wallet/sessions', { method: 'POST', json: {} });
		const { sessionId } = JSON.parse(created.text) as { sessionId: string };
		landscape.sandbox.scenario(name, options);
		expect(await everywhere(asApiClient(client), sessionId)).toEqual([]);
	});
});

test('every event of a stream matches the description', async () => {
	const token = await serviceToken(landscape);
	const client = new ApiClient(landscape.url, token);
	const id = await sessionOf(client);
	const url = new URL(sessionPath(id, 'events'), landscape.url);
	const stream = await openEvents(url, { authorization: `Bearer ${token}` });
	const first = await stream.next();
	landscape.sandbox.scenario('bridge-down');
	const second = await stream.next();
	landscape.sandbox.lift('bridge-down');
	await landscape.sandbox.share(id, 'known-student');
	await client.call(sessionPath(id, 'complete'), { method: 'POST' });
	const events = [first, second, ...(await stream.rest())].filter((event) => event !== null);
	expect(new Set(events.map(({ type }) => type))).toEqual(new Set(['message', 'trouble', 'end']));
	for (const { type, data } of events) {
		const schema = description.schemas[`WalletSessionEvent${capitalized(type)}`];
		const { event, data: described } = v.parse(EventSchema, schema).properties;
		expect([event.const, description.errorsOf(described.contentSchema, JSON.parse(data))]).toEqual([type, null]);
	}
});

const capitalized = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);

test('a method that is not in the OpenAPI description gets a 405 response with the methods that are', async () => {
	const askAsProgram = asApiClient(new ApiClient(landscape.url, await serviceToken(landscape)));
	const askAsBrowser = asBrowser(new Browser(landscape.url));
	const wrong: string[] = [];
	const { operations } = description;
	for (const template of new Set(operations.map((operation) => operation.template))) {
		const path = template.replaceAll(/\{[^}]+\}/g, '0'.repeat(32));
		const ask = path.startsWith('/api/auth/') ? askAsBrowser : askAsProgram;
		const known = operations.filter((operation) => operation.template === template).map(({ method }) => method);
		for (const method of ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'].filter((name) => !known.includes(name))) {
			const { status, headers } = await ask(method, path);
			const allowed = headers.get('allow')?.split(/,\s*/) ?? [];
			if (status !== 405 || known.some((name) => !allowed.includes(name))) wrong.push(`${method} ${path}: ${status}`);
		}
	}
	expect(wrong).toEqual([]);
});
