import { Ajv2020 } from 'ajv/dist/2020.js';
import * as v from 'valibot';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { Browser } from '../harness/browser.ts';
import { ApiClient } from '../harness/api-client.ts';
import { openEvents } from '../harness/event-reader.ts';
import type { HttpResponse } from '../harness/exchange.ts';
import { type Landscape, startLandscape } from '../harness/landscape.ts';
import { runtime } from '../harness/runtime.ts';
import type { PersonId } from '../sandbox/people.ts';
import { sessionPath, sharedWalletSession, signInAtInstitution } from './support/journeys.ts';
import { sessionRoutes } from './support/session-routes.ts';
import { AUDIENCE, apiClientAs, serviceToken, sessionOf } from './support/third-party.ts';

const Response = v.looseObject({
	$ref: v.optional(v.string()),
	description: v.optional(v.string(), ''),
	headers: v.optional(v.record(v.string(), v.unknown()), {}),
	content: v.optional(
		v.record(v.string(), v.looseObject({ schema: v.optional(v.record(v.string(), v.unknown())) })),
		{}
	)
});
type Response = v.InferOutput<typeof Response>;
const Description = v.pipe(
	v.string(),
	v.parseJson(),
	v.object({
		paths: v.record(v.string(), v.record(v.string(), v.looseObject({ responses: v.record(v.string(), Response) }))),
		components: v.looseObject({ responses: v.record(v.string(), Response), schemas: v.record(v.string(), v.unknown()) })
	})
);

const Problem = v.pipe(v.string(), v.parseJson(), v.object({ error: v.string() }));
/** How a type of event is described. */
const EventSchema = v.object({
	properties: v.object({
		event: v.object({ const: v.string() }),
		data: v.object({ contentSchema: v.record(v.string(), v.unknown()) })
	})
});

const DOCUMENT = 'https://portal.example.org/openapi.json';

let landscape: Landscape;
let description: v.InferOutput<typeof Description>;
const ajv = new Ajv2020({ strict: false, validateFormats: false });

beforeAll(async () => {
	landscape = await startLandscape({ runtime, env: { API_AUDIENCE: AUDIENCE } });
	const { text } = await new Browser(landscape.url).call('/api/openapi.json');
	// Each schema is compiled alone, so its references name the document.
	description = v.parse(Description, text.replaceAll('"#/components/', `"${DOCUMENT}#/components/`));
	ajv.addSchema({ $id: DOCUMENT, components: { schemas: description.components.schemas } });
});
afterAll(() => landscape.stop());
beforeEach(() => landscape.sandbox.reset());

/** The differences between a response and the description; empty if there are none. */
function faultsOf(method: string, path: string, { status, headers, text }: HttpResponse): string[] {
	const address = path.replace(/\?.*/, '').replace(/\/sessions\/[^/]+/, '/sessions/{id}');
	const known = description.paths[address]?.[method.toLowerCase()]?.responses[status];
	const where = `${method} ${address} ${status}`;
	if (!known) return [`${where} is not described`];
	const response = resolved(known);
	const type = headers.get('content-type')?.split(';')[0] ?? null;
	const schema = type === null ? undefined : response.content[type]?.schema;
	if (type !== null && !(type in response.content)) return [`${where} as ${type} is not described`];
	if (type !== 'application/json' || !schema) return [];
	if (known.$ref !== undefined) {
		const { error } = v.parse(Problem, text);
		if (!response.description.includes(`\`${error}\``)) return [`${where}: the code ${error} is not described`];
	}
	return ajv.validate(schema, JSON.parse(text)) ? [] : [`${where}: ${ajv.errorsText()} in ${text}`];
}

function resolved(response: Response): Response {
	const name = response.$ref?.split('/').at(-1);
	return name === undefined ? response : (description.components.responses[name] ?? response);
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
		const { schemas } = description.components;
		const { event, data: described } = v.parse(
			EventSchema,
			schemas[`WalletSessionEvent${capitalized(type)}`]
		).properties;
		expect([event.const, ajv.validate(described.contentSchema, JSON.parse(data)), ajv.errors]).toEqual([
			type,
			true,
			null
		]);
	}
});

const capitalized = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);

test('a method that is not in the OpenAPI description gets a 405 response with the methods that are', async () => {
	const askAsProgram = asApiClient(new ApiClient(landscape.url, await serviceToken(landscape)));
	const askAsBrowser = asBrowser(new Browser(landscape.url));
	const wrong: string[] = [];
	for (const [address, operations] of Object.entries(description.paths)) {
		const path = address.replaceAll(/\{[^}]+\}/g, '0'.repeat(32));
		const ask = path.startsWith('/api/auth/') ? askAsBrowser : askAsProgram;
		const known = Object.keys(operations).map((method) => method.toUpperCase());
		for (const method of ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'].filter((name) => !known.includes(name))) {
			const { status, headers } = await ask(method, path);
			const allowed = headers.get('allow')?.split(/,\s*/) ?? [];
			if (status !== 405 || known.some((name) => !allowed.includes(name))) wrong.push(`${method} ${path}: ${status}`);
		}
	}
	expect(wrong).toEqual([]);
});
