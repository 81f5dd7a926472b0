import type { ServerResponse } from 'node:http';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Browser } from '../harness/browser.ts';
import { type Landscape, startLandscape } from '../harness/landscape.ts';
import { rawRequest } from '../harness/raw-request.ts';
import { runtime } from '../harness/runtime.ts';
import { type Description, readDescription } from './support/description.ts';
import { signInAtInstitution } from './support/journeys.ts';
import { type OddBackend, startOddBackend } from './support/odd-backend.ts';
import { AUDIENCE, tokenClaims } from './support/third-party.ts';

const AT_ONCE = 2;
const JSON_TYPE = 'application/json';
/** What a browser accepts that opens an address, and what other clients accept. */
const ACCEPTED = ['text/html,application/xhtml+xml,*/*;q=0.8', JSON_TYPE];

let landscape: Landscape;
let odd: OddBackend;
let token: string;
let description: Description;

beforeAll(async () => {
	odd = await startOddBackend();
	const BACKENDS = JSON.stringify({ odd: { url: odd.url, token: 'user', methods: ['GET', 'POST'] } });
	const env = { API_AUDIENCE: AUDIENCE, ADMIN_CLIENT_IDS: 'operator', BACKENDS, REQUESTS_AT_ONCE: String(AT_ONCE) };
	landscape = await startLandscape({ runtime, env });
	description = await readDescription(landscape.url);
	const scope = 'wallet:sessions profile:read sessions:revoke';
	token = await landscape.sandbox.sign(tokenClaims(landscape, { azp: 'operator', sub: 'operator', scope }));
});
afterAll(async () => {
	await landscape.stop();
	await odd.stop();
});

interface Provocation {
	readonly headers?: Readonly<Record<string, string>>;
	/** Changes the path. */
	readonly at?: (template: string) => string;
	/** Sent piece by piece. */
	readonly body?: () => AsyncIterable<string> | string[];
}

const filled = (template: string) => template.replace('{provider}', 'sts').replaceAll(/\{[^}]+\}/g, '0'.repeat(32));
const any = () => true;
const hasParameter = (_method: string, template: string) => template.includes('{');
const takesBody = (method: string) => method !== 'GET';
/** A backend may get a body as it arrives. */
const collectsBody = (method: string, template: string) => takesBody(method) && !template.startsWith('/api/backends/');

/** Sends a request to every operation that is `wanted`, as each client; returns the statuses, and what is not described. */
async function provoke(wanted: (method: string, template: string) => boolean, { headers, at, body }: Provocation) {
	const operations = description.operations.filter(({ method, template }) => wanted(method, template));
	const calls = operations.flatMap((operation) => ACCEPTED.map((accept) => ({ ...operation, accept })));
	const statuses = new Set<number>();
	const faults: string[] = [];
	const send = async ({ method, template, accept }: (typeof calls)[number]) => {
		const credential = { authorization: `Bearer ${token}`, origin: landscape.url };
		const {
			status,
			headers: received,
			body: text
		} = await rawRequest(landscape.portal.port, {
			method,
			path: (at ?? filled)(template),
			headers: { ...credential, accept, ...headers },
			body: body?.() ?? []
		});
		statuses.add(status);
		const response = { status, headers: new Headers(received as Record<string, string>), text };
		faults.push(...description.faultsOf(method, template, response).map((fault) => `${fault} (to ${accept})`));
	};
	// Bodies that do not end are sent together. Others are sent one by one: few may be in progress.
	if (!body || Array.isArray(body())) for (const call of calls) await send(call);
	else await Promise.all(calls.map(send));
	return { faults, statuses: [...statuses].sort() };
}

describe('every operation refuses as it is described', () => {
	test('a Host that is not valid', async () => {
		expect(await provoke(any, { headers: { host: 'no host' } })).toEqual({ faults: [], statuses: [400] });
	});

	test('a path with a malformed escape', async () => {
		const at = (template: string) => template.replaceAll(/\{[^}]+\}/g, '%ff');
		const refused = await provoke(hasParameter, { at });
		expect(refused).toEqual({ faults: [], statuses: [400] });
	});

	test('a parameter that does not exist', async () => {
		const at = (template: string) => template.replaceAll(/\{[^}]+\}/g, 'x');
		const { faults, statuses } = await provoke(hasParameter, { at });
		expect(faults).toEqual([]);
		expect(statuses).toContain(404);
	});

	test('more sessions than one event stream may follow', async () => {
		const at = (template: string) => `${filled(template)}?also=1,2,3,4,5,6,7,8,9`;
		const refused = await provoke((_, template) => template.endsWith('/events'), { at });
		expect(refused).toEqual({ faults: [], statuses: [400] });
	});

	test.each(['script', 'iframe'])('what the page of another site loads as a %s', async (destination) => {
		const headers = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors', 'sec-fetch-dest': destination };
		const refused = await provoke((_, template) => template.startsWith('/api/'), { headers });
		expect(refused).toEqual({ faults: [], statuses: [403] });
	});

	test('a body that is too large', async () => {
		const headers = { 'content-length': '30000000' };
		expect(await provoke(takesBody, { headers, body: () => [] })).toEqual({ faults: [], statuses: [413] });
	});

	test('a body of more pieces than any client sends', { timeout: 60_000 }, async () => {
		const body = () => Array.from({ length: 5000 }, () => '{');
		const { faults } = await provoke(collectsBody, { body });
		expect(faults).toEqual([]);
	});

	test('a body of another type', async () => {
		const { faults, statuses } = await provoke(takesBody, {
			headers: { 'content-type': 'text/plain' },
			body: () => ['x']
		});
		expect(faults).toEqual([]);
		expect(statuses).toContain(415);
	});

	test.each([17_000, 50_000])('headers of %i bytes', async (bytes) => {
		const refused = await provoke(any, { headers: { cookie: `other=${'x'.repeat(bytes)}` } });
		expect(refused).toEqual({ faults: [], statuses: [431] });
	});

	test('a prefetch', async () => {
		const { faults, statuses } = await provoke((method) => method === 'GET', {
			headers: { 'sec-purpose': 'prefetch' }
		});
		expect(faults).toEqual([]);
		expect(statuses).toContain(503);
	});

	test('a body that does not arrive', { timeout: 60_000 }, async () => {
		let finish = (_rest: string) => {};
		const later = new Promise<string>((resolve) => (finish = resolve));
		const body = async function* () {
			yield '{';
			yield await later;
		};
		const slow = await provoke(collectsBody, {
			headers: { 'content-type': JSON_TYPE, 'content-length': '1000' },
			body
		});
		finish('}');
		expect(slow).toEqual({ faults: [], statuses: [408] });
	});

	test('any request while too many are in progress', async () => {
		const browser = new Browser(landscape.url);
		await signInAtInstitution(browser);
		const held: ServerResponse[] = [];
		const waiting: Promise<unknown>[] = [];
		while (waiting.length < AT_ONCE) {
			const arrival = odd.next();
			waiting.push(browser.call('/api/backends/odd/silent'));
			held.push((await arrival).response);
		}
		const { faults, statuses } = await provoke(any, {});
		for (const response of held) response.writeHead(204).end();
		await Promise.all(waiting);
		expect(faults).toEqual([]);
		expect(statuses).toContain(503);
	});
});

test('a method that an address does not have gets a 405 response in JSON, whatever the client accepts', async () => {
	const paths = description.operations.map(({ template }) => template);
	const templates = new Set(paths.filter((path) => path.startsWith('/api/') && !path.startsWith('/api/backends/')));
	const wrong: unknown[] = [];
	for (const template of templates) {
		for (const accept of ACCEPTED) {
			const headers = { authorization: `Bearer ${token}`, origin: landscape.url, accept };
			const call = { method: 'DELETE', path: filled(template), headers };
			const { status, headers: received } = await rawRequest(landscape.portal.port, call);
			const isAsDocumented = status === 405 && received.allow !== undefined && received['content-type'] === JSON_TYPE;
			if (!isAsDocumented) wrong.push([template, accept, status]);
		}
	}
	expect(wrong).toEqual([]);
});
