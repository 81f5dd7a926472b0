import { decodeJwt } from 'jose';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { type GreetingBackend, startGreetingBackend } from '../backend/greeting.ts';
import { Browser } from '../harness/browser.ts';
import { freePort } from '../harness/free-port.ts';
import { type Landscape, startLandscape } from '../harness/landscape.ts';
import { runtime } from '../harness/runtime.ts';
import { changeSession, copyOf, heldSession, holdsSession, tokensOver } from './support/held-session.ts';
import { signInAtInstitution } from './support/journeys.ts';
import { type OddBackend, startOddBackend } from './support/odd-backend.ts';

const PORTAL = 'https://portal-backends.example';
const PORTAL_AUDIENCE = 'portal-backends';
const GRADES = 'https://grades.example';
const LIBRARY = 'https://library.example';
const onExchange = { operation: 'token:exchange' };

let landscape: Landscape;
let odd: OddBackend;
let backends: GreetingBackend[];
let browser: Browser;

beforeAll(async () => {
	odd = await startOddBackend();
	const ports = [await freePort(), await freePort()];
	const [grades, library] = ports.map((port) => `http://127.0.0.1:${port}`);
	landscape = await startLandscape({
		runtime,
		env: {
			STS_RESOURCE: PORTAL,
			STS_AUDIENCE: PORTAL_AUDIENCE,
			BACKENDS: JSON.stringify({
				grades: { url: grades, token: 'exchange', tokenResource: GRADES },
				library: { url: library, token: 'exchange', tokenAudience: LIBRARY },
				// Its token is for another backend, as if a backend passed its token on.
				stolen: { url: library, token: 'exchange', tokenResource: GRADES },
				odd: { url: odd.url, token: 'exchange', tokenResource: 'https://odd.example', tokenScope: 'profile:read' }
			})
		}
	});
	const { stsUrl: issuer } = landscape.sandbox;
	backends = await Promise.all(
		[GRADES, LIBRARY].map((audience, index) =>
			startGreetingBackend({ issuer, jwksUrl: `${issuer}/jwks`, audience }, ports[index])
		)
	);
});
afterAll(async () => {
	for (const backend of backends) backend.stop();
	await landscape.stop();
	await odd.stop();
});
beforeEach(async () => {
	landscape.sandbox.reset();
	odd.arrived.length = 0;
	odd.refused.clear();
	browser = new Browser(landscape.url);
	await signInAtInstitution(browser);
});

const exchanges = () => landscape.sandbox.count('sts.token:exchange');
const shown = () => odd.arrived.map(({ headers }) => headers.authorization ?? '');
const callOdd = async (who = browser) => {
	const { status, text, headers } = await who.call('/api/backends/odd/echo');
	const error = status === 200 ? undefined : (JSON.parse(text) as { error?: string }).error;
	return { status, error, retryAfter: headers.get('retry-after') };
};

test('each backend receives a token for the person that no other backend accepts', async () => {
	const greet = async (name: string) => {
		const { status, text } = await browser.call(`/api/backends/${name}/hello`);
		return [status, text];
	};
	const hello = '{"greeting":"Hello, Sanne de Vries!"}';
	expect([await greet('grades'), await greet('library')]).toEqual([
		[200, hello],
		[200, hello]
	]);
	expect((await greet('stolen'))[0]).toBe(502);
});

test('200 concurrent calls cause one exchange, and the token is for this person, backend and scope', async () => {
	const responses = await Promise.all(Array.from({ length: 200 }, () => callOdd()));
	expect(new Set(responses.map(({ status }) => status))).toEqual(new Set([200]));
	expect([new Set(shown()).size, exchanges()]).toEqual([1, 1]);
	const { sub, accessToken } = await heldSession(browser, landscape);
	expect(shown()[0]).not.toContain(accessToken);
	expect(decodeJwt(shown()[0]?.slice('Bearer '.length) ?? '')).toMatchObject({
		sub,
		aud: 'https://odd.example',
		scope: 'profile:read'
	});
});

test('another session of the same person gets its own token, and so does a refreshed one', async () => {
	const other = new Browser(landscape.url);
	await signInAtInstitution(other);
	await callOdd();
	await callOdd(other);
	await tokensOver(browser, landscape);
	await callOdd();
	expect([new Set(shown()).size, exchanges()]).toEqual([3, 3]);
});

test('a token that the backend refuses is exchanged once more', async () => {
	await callOdd();
	odd.refused.add(shown()[0] ?? '');
	expect((await callOdd()).status).toBe(200);
	expect([shown().length, exchanges()]).toEqual([3, 2]);
});

test('a backend that refuses every token causes no loop', async () => {
	landscape.sandbox.scenario('no-refresh-token');
	const person = new Browser(landscape.url);
	await signInAtInstitution(person);
	await callOdd(person);
	for (const authorization of shown()) odd.refused.add(authorization);
	await callOdd(person);
	for (const authorization of shown()) odd.refused.add(authorization);
	const before = exchanges();
	expect([await callOdd(person), await callOdd(person)].map(({ status }) => status)).toEqual([502, 502]);
	expect([exchanges() - before, holdsSession(person)]).toEqual([0, true]);
});

test('requests for a person’s tokens name their resource and audience', async () => {
	await tokensOver(browser, landscape);
	await callOdd();
	const parametersOf = (operation: string) =>
		landscape.sandbox.lastRequests('sts', operation).map(({ body }) => {
			const form = new URLSearchParams(body);
			return [form.getAll('resource'), form.getAll('audience')];
		});
	expect(parametersOf('par')).toEqual([[[PORTAL], [PORTAL_AUDIENCE]]]);
	expect(parametersOf('token:code')).toEqual([[[PORTAL], []]]);
	expect(parametersOf('token:refresh')).toEqual([[[PORTAL], []]]);
});

test.each([
	['invalid_target', 400, 502, 'upstream_invalid'],
	['unauthorized_client', 400, 502, 'upstream_invalid'],
	['unsupported_grant_type', 400, 502, 'upstream_invalid'],
	['access_denied', 403, 403, 'forbidden'],
	['invalid_client', 401, 503, 'upstream_unavailable']
] as const)(
	'an exchange that the STS refuses with %s does not sign the person out',
	async (error, status, expected, code) => {
		landscape.sandbox.scenario('sts-error', { ...onExchange, error, status });
		expect(await callOdd()).toMatchObject({ status: expected, error: code });
		expect([exchanges(), odd.arrived.length]).toEqual([1, 0]);
		// A log line may arrive shortly after its response.
		await expect.poll(() => landscape.portal.logs()).toContain(`"code":"${error}"`);
		expect((await browser.call('/api/me')).status).toBe(200);
	}
);

test('a refused access token is refreshed once, and the new one exchanged', async () => {
	const { accessToken } = await heldSession(browser, landscape);
	await changeSession(browser, landscape, { accessToken: `${accessToken.slice(0, -8)}AAAAAAAA` });
	expect([(await callOdd()).status, exchanges()]).toEqual([200, 2]);
	landscape.sandbox.scenario('sts-error', { ...onExchange, error: 'invalid_request', status: 400 });
	const other = new Browser(landscape.url);
	await signInAtInstitution(other);
	expect(await callOdd(other)).toMatchObject({ status: 502, error: 'upstream_invalid' });
	expect([exchanges(), (await other.call('/api/me')).status]).toEqual([4, 200]);
});

test.each(['sts-down', 'sts-500'] as const)('%s: the response is 503 with Retry-After', async (scenario) => {
	landscape.sandbox.scenario(scenario, onExchange);
	expect(await callOdd()).toEqual({ status: 503, error: 'upstream_unavailable', retryAfter: '5' });
	expect((await browser.call('/api/me')).status).toBe(200);
});

test('a session’s tokens for backends cannot be used after the session ends', async () => {
	await callOdd();
	const copy = copyOf(browser, landscape.url);
	await browser.submit(await browser.open('/account'), {}, '/api/auth/signout');
	expect([(await callOdd(copy)).status, odd.arrived.length]).toEqual([401, 1]);
});
