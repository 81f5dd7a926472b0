import { afterAll, beforeAll, expect, test } from 'vitest';
import { Browser } from '../harness/browser.ts';
import { type Landscape, startLandscape } from '../harness/landscape.ts';
import { rawRequest } from '../harness/raw-request.ts';
import { runtime } from '../harness/runtime.ts';
import { signInAtInstitution } from './support/journeys.ts';
import { type OddBackend, startOddBackend } from './support/odd-backend.ts';

let landscape: Landscape;
let odd: OddBackend;
let cookie: string;

beforeAll(async () => {
	odd = await startOddBackend();
	const BACKENDS = JSON.stringify({
		odd: { url: odd.url, token: 'user', methods: ['GET', 'POST'], maxRequestBytes: 100_000 }
	});
	landscape = await startLandscape({ runtime, env: { BACKENDS } });
	const browser = new Browser(landscape.url);
	await signInAtInstitution(browser);
	cookie = [...browser.cookies()].map(([name, value]) => `${name}=${value}`).join('; ');
});
afterAll(async () => {
	await landscape.stop();
	await odd.stop();
});

const hex = (text: string) => [...text].map((letter) => `%${letter.charCodeAt(0).toString(16)}`).join('');

/** Spellings of a backend's address; some of them reach it. */
const SPELLINGS = [
	'/api/backends/odd/echo',
	'/%61pi/backends/odd/echo',
	`/${hex('api')}/${hex('backends')}/${hex('odd')}/${hex('echo')}`,
	'/%2561pi/backends/odd/echo',
	'/api/backends/o%64d/echo',
	'/api/%62ackends/odd/echo',
	'/api/backends/odd/echo/',
	'/api/backends/odd/echo//',
	'/api//backends/odd/echo',
	'//api/backends/odd/echo',
	'///api/backends/odd/echo',
	'/api;x/backends/odd/echo',
	'/;/api/backends/odd/echo',
	'/api/backends;x=1/odd/echo',
	'/API/backends/odd/echo',
	'/Api/Backends/odd/echo',
	'/./api/backends/odd/echo',
	'/login/../api/backends/odd/echo',
	'/login/%2e%2e/api/backends/odd/echo',
	'/login/%2E%2E/%61pi/backends/odd/echo',
	'/login/.%2e/api/backends/odd/echo',
	'/login/..%2fapi/backends/odd/echo',
	'/login/%252e%252e/api/backends/odd/echo',
	'/api%2fbackends%2fodd%2fecho',
	'/api%5cbackends%5codd%5cecho',
	'/api\\backends\\odd\\echo',
	'/%2fapi/backends/odd/echo',
	'/api/backends/odd/echo?x=/login',
	'/api/backends/odd/echo#/login',
	'/api/backends/odd/echo/__data.json',
	'/%C0%AEapi/backends/odd/echo',
	'/api%00/backends/odd/echo',
	'http://elsewhere.example/%61pi/backends/odd/echo'
];

const SAME_ORIGIN = { 'sec-fetch-site': 'same-origin', 'sec-fetch-mode': 'cors', 'sec-fetch-dest': 'empty' };
const FOREIGN_LINK = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' };
const FOREIGN_FORM = { ...FOREIGN_LINK, origin: 'https://evil.example', 'content-type': 'text/plain' };

async function statusOf(path: string, headers: Record<string, string>, method = 'GET', body = ''): Promise<number> {
	const length = method === 'GET' ? {} : { 'content-length': String(Buffer.byteLength(body)) };
	const request = { method, path, headers: { cookie, ...headers, ...length }, body: body === '' ? [] : [body] };
	return (await rawRequest(landscape.portal.port, request)).status;
}

test('some of these spellings lead to the backend, for a script of the portal itself', async () => {
	const statuses = await Promise.all(SPELLINGS.map((path) => statusOf(path, SAME_ORIGIN)));
	const reached = SPELLINGS.filter((_, index) => statuses[index] === 200);
	expect(reached).toEqual(
		expect.arrayContaining(['/api/backends/odd/echo', '/%61pi/backends/odd/echo', '/api/backends/o%64d/echo'])
	);
	const targets = new Set(odd.arrived.map(({ target }) => target.split('?')[0]));
	expect([...targets].sort()).toEqual(['/api/echo', '/api/echo/', '/api/echo/__data.json']);
});

test.each([
	['a link', 'GET', FOREIGN_LINK],
	['a form', 'POST', FOREIGN_FORM],
	['a link, with a token', 'GET', { ...FOREIGN_LINK, authorization: 'Bearer x' }],
	['a script element', 'GET', { ...SAME_ORIGIN, 'sec-fetch-mode': 'no-cors', 'sec-fetch-dest': 'script' }],
	['a script element, with a token', 'GET', { ...SAME_ORIGIN, 'sec-fetch-dest': 'script', authorization: 'Bearer x' }]
])('%s never sends a person’s token to the backend, in any spelling', async (_, method, headers) => {
	const before = odd.arrived.length;
	const statuses = await Promise.all(SPELLINGS.map((path) => statusOf(path, headers, method)));
	expect(SPELLINGS.filter((_path, index) => (statuses[index] ?? 0) < 300)).toEqual([]);
	expect(odd.arrived.length).toBe(before);
});

test('a large body reaches the backend in every spelling that leads there, and is refused in every other', async () => {
	const large = 'x'.repeat(70_000);
	const headers = { ...SAME_ORIGIN, origin: landscape.url, 'content-type': 'text/plain' };
	const small = await Promise.all(SPELLINGS.map((path) => statusOf(path, headers, 'POST', 'x')));
	// Sequentially: concurrent uploads of one person are limited.
	const statuses: number[] = [];
	for (const path of SPELLINGS) statuses.push(await statusOf(path, headers, 'POST', large));
	const taken = (list: readonly number[]) => SPELLINGS.filter((_, index) => list[index] === 200);
	expect(taken(statuses)).toEqual(taken(small));
	expect(taken(small).length).toBeGreaterThan(2);
	const elsewhere = SPELLINGS.filter((path, index) => small[index] !== 200 && !path.startsWith('/api/backends/odd/'));
	expect(elsewhere.map((path) => [path, statuses[SPELLINGS.indexOf(path)]])).toEqual(
		elsewhere.map((path) => [path, 413])
	);
});

/** A path below the address of the backend, requested by a script of the portal itself. */
const belowBackend = (path: string) =>
	rawRequest(landscape.portal.port, {
		path: `/api/backends/odd${path}`,
		headers: { cookie, origin: landscape.url }
	});

test.each([
	'/..%2fecho',
	'/%2e%2e%2fecho',
	'/%252e%252e/echo',
	'/a%5c..%5cecho',
	'/a%00',
	'//echo',
	'/..;/echo',
	'/%ff'
])('the path %s below the address of a backend is refused, and no request is sent', async (path) => {
	const before = odd.arrived.length;
	expect([404, 400]).toContain((await belowBackend(path)).status);
	expect(odd.arrived.length).toBe(before);
});

test.each(['/v1/__data.json', '/a.html__data.json', '/__data.json', '/v1/__route.js'])(
	'the path %s, whose end has a meaning in SvelteKit, reaches the backend',
	async (path) => {
		await belowBackend(`${path}?x-sveltekit-invalidated=1`);
		expect(odd.arrived.at(-1)?.target).toBe(`/api${path}?x-sveltekit-invalidated=1`);
	}
);

test('../ below the address of a backend leads to another address of the portal', async () => {
	const before = odd.arrived.length;
	expect(JSON.parse((await belowBackend('/../../me')).body)).toHaveProperty('provider', 'sts');
	expect(odd.arrived.length).toBe(before);
});
