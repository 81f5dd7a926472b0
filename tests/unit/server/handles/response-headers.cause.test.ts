import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, type MockInstance, test, vi } from 'vitest';
import { apiProblems } from '$lib/server/handles/api-problems';
import { authorize } from '$lib/server/handles/authorize';
import { originPolicy } from '$lib/server/handles/origin-policy';
import { responseHeaders } from '$lib/server/handles/response-headers';
import { orErrorPage, refusal } from '$lib/server/http/endpoint';
import { codeOfStatus, Problem, type ProblemCode, problems } from '$lib/server/http/problem';
import { log } from '$lib/server/log';
import { type EventOptions, requestEvent } from '../../../harness/request-event';
import { configure } from '../configured';

vi.mock('$lib/server/config', () => import('../configured'));
let logged: MockInstance<typeof log.limited>;
beforeEach(() => {
	configure();
	logged = vi.spyOn(log, 'limited').mockImplementation(() => {});
});
afterEach(() => {
	vi.restoreAllMocks();
});

type Event = ReturnType<typeof requestEvent>;

/** The fields of the log line of an error response. */
async function causeOf(options: EventOptions, respond: (event: Event) => Response | Promise<Response>) {
	const fetch = () => Promise.resolve(new Response('the page'));
	const event = Object.assign(requestEvent(options), { fetch });
	const response = await responseHeaders({ event, resolve: () => respond(event) });
	const [, fields] = logged.mock.calls.find(([text]) => text === 'the portal responded with an error') ?? [];
	expect(fields?.requestId).toBe(response.headers.get('x-request-id'));
	return fields;
}

const page = { headers: { accept: 'text/html', 'sec-fetch-dest': 'document', 'sec-fetch-mode': 'navigate' } };
const codes = Object.keys(problems) as ProblemCode[];

describe('the log line of an error response names its code', () => {
	test.each(codes)('on a page: %s', async (code) => {
		expect(await causeOf(page, (event) => refusal(event, code))).toMatchObject({ code });
	});

	test.each(codes)('in the API: %s', async (code) => {
		const options = { path: '/api/me', routeId: '/(member)/api/me' };
		expect(await causeOf(options, (event) => refusal(event, code))).toMatchObject({ code });
	});

	test.each(codes.filter((code) => code !== 'internal_error'))('where the data of a page fails: %s', async (code) => {
		vi.spyOn(log, 'warn').mockImplementation(() => {});
		const respond = (event: Event) =>
			orErrorPage(Promise.reject(new Problem(code)), event.locals).catch(
				() => new Response(null, { status: problems[code].status })
			);
		expect(await causeOf({ path: '/account' }, respond)).toMatchObject({ code });
	});

	test('for an unknown address below /api', async () => {
		const respond = (event: Event) => apiProblems({ event, resolve: () => new Response(null, { status: 404 }) });
		expect(await causeOf({ path: '/api/nothing' }, respond)).toMatchObject({ code: 'not_found' });
	});

	test('for an API request without a session', async () => {
		const options = { path: '/api/me', routeId: '/(member)/api/me' };
		const respond = async (event: Event) => authorize({ event, resolve: () => new Response('x') });
		expect(await causeOf(options, respond)).toMatchObject({ code: 'unauthorized' });
	});

	test('for a form from another origin, with the variable to check', async () => {
		const headers = { ...page.headers, origin: 'https://127.0.0.1:3000', 'sec-fetch-site': 'cross-site' };
		const options = { path: '/login', method: 'POST', routeId: '/(public)/login', headers };
		const respond = async (event: Event) => originPolicy({ event, resolve: () => new Response('x') });
		expect(await causeOf(options, respond)).toMatchObject({
			code: 'forbidden_origin',
			hint: expect.stringContaining('AUTH_URL') as string
		});
	});

	test('but not that of a backend, whose response is passed on', async () => {
		const options = { path: '/api/backends/x', routeId: '/(member)/api/backends/[name]/[...path]' };
		expect(await causeOf(options, () => new Response(null, { status: 404 }))).not.toHaveProperty('code');
	});
});

test.each([
	['revoked', 'session_ended'],
	['idle', 'session_expired'],
	['tokens', 'session_expired']
] as const)('a redirect to the login page after an end (%s) is logged with the help code', async (end, code) => {
	const event = requestEvent({ routeId: '/(member)/account', path: '/account' });
	event.locals.sessionEnd = end;
	const response = await authorize({ event, resolve: () => new Response('the page') });
	expect(response.headers.get('location')).toContain('helpCode=r1');
	expect(logged).toHaveBeenCalledExactlyOnceWith('a sign-in is required again', { requestId: 'r1', code });
});

test.each([
	[404, 'not_found'],
	[405, 'method_not_allowed'],
	[413, 'payload_too_large'],
	[415, 'unsupported_media_type'],
	[400, 'invalid_request'],
	[418, 'invalid_request'],
	[500, 'internal_error'],
	[599, 'internal_error']
])('an error of Kit with status %i has the code %s', (status, code) => {
	expect(codeOfStatus(status)).toBe(code);
});

test('only one function creates error pages, so that each of them has its code in the log', () => {
	const folder = path.resolve('src');
	const sources = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'));
	const importing = sources.filter((name) =>
		/import \{[^}]*\berror\b[^}]*\} from '@sveltejs\/kit'/.test(readFileSync(path.join(folder, name), 'utf8'))
	);
	expect(importing).toEqual(['lib/server/http/endpoint.ts']);
});
