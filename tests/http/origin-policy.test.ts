import { afterAll, beforeAll, expect, test } from 'vitest';
import { exchange } from '../harness/exchange.ts';
import { type Portal, startPortal } from '../harness/portal.ts';
import { runtime } from '../harness/runtime.ts';
import { bareEnvironment } from './bare-environment.ts';

let portal: Portal;

beforeAll(async () => {
	portal = await startPortal({ runtime, env: bareEnvironment });
});
afterAll(() => portal.stop());

const methods = ['GET', 'HEAD', 'OPTIONS', 'POST', 'PUT', 'PATCH', 'DELETE'];
const types = [null, 'text/plain', 'application/x-www-form-urlencoded', 'application/json'];
const sites = [null, 'same-origin', 'same-site', 'cross-site', 'none'];
const modes = ['navigate', 'cors'];
const origins = [null, 'own', 'null', 'https://evil.example'];

interface Attempt {
	readonly method: string;
	readonly type: string | null;
	readonly site: string | null;
	readonly mode: string;
	readonly origin: string | null;
}

const isRead = (method: string) => method === 'GET' || method === 'HEAD';

/** Every combination; a body only where a method takes one, a mode only where there is a site. */
const attempts: readonly Attempt[] = methods.flatMap((method) =>
	(isRead(method) || method === 'OPTIONS' ? [null] : types).flatMap((type) =>
		sites.flatMap((site) =>
			(site === null ? ['none'] : modes).flatMap((mode) =>
				origins.map((origin) => ({ method, type, site, mode, origin }))
			)
		)
	)
);

/** The rule for every request, and the exception for a person's navigation where there is one. */
function isRefused({ method, site, mode, origin }: Attempt, takesNavigations: boolean): boolean {
	if (origin !== null && origin !== 'own') return true;
	if (site === null) return origin === null && !isRead(method);
	return site !== 'same-origin' && !(takesNavigations && isRead(method) && mode === 'navigate');
}

async function attemptAt(path: string, { method, type, site, mode, origin }: Attempt): Promise<number> {
	const headers = {
		...(site && { 'sec-fetch-site': site, 'sec-fetch-mode': mode }),
		...(site && mode === 'navigate' && { 'sec-fetch-dest': 'document' }),
		...(origin && { origin: origin === 'own' ? portal.url : origin }),
		...(type && { 'content-type': type })
	};
	const question = { method, headers, ...(type && { body: '{}' }) };
	return (await exchange(new URL(path, portal.url), question)).status;
}

async function inBatches<In, Out>(inputs: readonly In[], work: (input: In) => Promise<Out>): Promise<Out[]> {
	const results: Out[] = [];
	for (let start = 0; start < inputs.length; start += 50) {
		results.push(...(await Promise.all(inputs.slice(start, start + 50).map(work))));
	}
	return results;
}

test.each([
	['a page', '/accessibility', true],
	['a form action', '/login/wallet?/cancel', true],
	['a callback', '/api/auth/callback/sts', true],
	['an API route', '/api/wallet/sessions', false]
])('what another site could do in a browser is refused at %s, and nothing else', async (_, path, takesNavigations) => {
	const statuses = await inBatches(attempts, (attempt) => attemptAt(path, attempt));
	const refused = attempts.filter((_attempt, index) => statuses[index] === 403);
	expect(refused).toEqual(attempts.filter((attempt) => isRefused(attempt, takesNavigations)));
});

test.each([
	[`/api/wallet/sessions/${'0'.repeat(32)}/idv/callback`, 401],
	['/api/auth/session', 403],
	['/api/nothing', 403],
	['/nowhere', 404],
	['/', 200]
])("a person's navigation from another site to %s is answered %i", async (path, status) => {
	const navigation = { method: 'GET', type: null, site: 'cross-site', mode: 'navigate', origin: null };
	expect(await attemptAt(path, navigation)).toBe(status);
});

test.each(['iframe', 'embed', 'image', 'script'])(
	'a navigation into an %s of another site is refused',
	async (dest) => {
		const headers = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': dest };
		expect((await exchange(new URL('/login', portal.url), { method: 'GET', headers })).status).toBe(403);
	}
);

test('a refusal at an API route is JSON, and no refusal allows another origin anything', async () => {
	const headers = { origin: 'https://evil.example', 'access-control-request-method': 'POST' };
	const answers = await Promise.all(
		['GET', 'POST', 'OPTIONS'].map((method) => exchange(new URL('/api/me', portal.url), { method, headers }))
	);
	expect(answers.map(({ text }) => JSON.parse(text) as unknown)).toEqual(
		answers.map(() => expect.objectContaining({ error: 'forbidden_origin' }) as unknown)
	);
	expect(answers.flatMap(({ headers }) => [...headers.keys()]).filter((name) => name.startsWith('access-'))).toEqual(
		[]
	);
});
