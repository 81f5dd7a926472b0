import { describe, expect, test } from 'vitest';
import { checkOrigin, type OriginRules, type RequestFacts } from '$lib/server/handles/origin-policy';

const OWN = 'https://portal.example.org';
const rules = { own: OWN, development: [] };
const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'];
const sites = ['same-origin', 'same-site', 'cross-site', 'none', null];
const origins = [null, OWN, 'https://evil.example.org', 'null'];
const routes = {
	page: '/login/wallet',
	start: '/login/start',
	api: '/api/wallet/sessions',
	'sign-in callback': '/api/auth/callback/[provider]',
	'identity callback': '/api/wallet/sessions/[id]/idv/callback'
} as const;
const allowsOrigin = (facts: RequestFacts, rules: OriginRules) => checkOrigin(facts, rules) === 'allowed';

function facts(changes: Partial<RequestFacts>): RequestFacts {
	return {
		method: 'GET',
		route: '/',
		isApi: changes.route?.startsWith('/api') ?? false,
		origin: null,
		fetchSite: null,
		fetchMode: null,
		fetchDest: null,
		hasCookie: true,
		hasAccessToken: false,
		...changes
	};
}

const navigation = { fetchMode: 'navigate', fetchDest: 'document' };
const script = { fetchMode: 'cors', fetchDest: 'empty' };

/** The rule in words of its own: who may come, by what the browser says of where the request began. */
function mayPass(kind: string, method: string, site: string | null, origin: string | null, isNavigation: boolean) {
	const namesAnother = (origin === 'null' && site !== 'same-origin') || origin?.includes('evil');
	const changesSomething = !['GET', 'HEAD'].includes(method);
	const saysNothing = site === null && origin === null;
	const beganElsewhere = site !== null && site !== 'same-origin';
	if (namesAnother) return false;
	if (saysNothing) return !changesSomething;
	if (beganElsewhere) return isNavigation && !changesSomething && kind !== 'api';
	return true;
}

const matrix = Object.keys(routes).flatMap((kind) =>
	methods.flatMap((method) =>
		sites.flatMap((site) =>
			origins.flatMap((origin) => [true, false].map((isNavigation) => ({ kind, method, site, origin, isNavigation })))
		)
	)
);

describe('all combinations of browser request headers', () => {
	test.each(Object.entries(routes))('follow the policy for a %s', (kind, route) => {
		const rows = matrix.filter((row) => row.kind === kind);
		const allowed = rows.map((row) => ({
			...row,
			allowed: allowsOrigin(
				facts({
					method: row.method,
					route,
					origin: row.origin,
					fetchSite: row.site,
					...(row.site !== null && (row.isNavigation ? navigation : script))
				}),
				rules
			)
		}));
		expect(rows).toHaveLength(240);
		expect(allowed).toEqual(
			rows.map((row) => ({
				...row,
				allowed: mayPass(row.kind, row.method, row.site, row.origin, row.isNavigation)
			}))
		);
	});
});

describe('a navigation from another site', () => {
	const arriving = (changes: Partial<RequestFacts>) =>
		allowsOrigin(facts({ route: '/login', fetchSite: 'cross-site', ...navigation, ...changes }), rules);

	test('is allowed to a page', () => expect(arriving({})).toBe(true));
	test('is allowed from a browser that does not send the destination', () =>
		expect(arriving({ fetchDest: null })).toBe(true));
	test.each(['iframe', 'frame', 'embed', 'object', 'image', 'script'])(
		'is refused with the destination %s',
		(fetchDest) => expect(arriving({ fetchDest })).toBe(false)
	);
	test.each(['no-cors', 'cors', 'same-origin', 'websocket', null])('is refused with the mode %s', (fetchMode) =>
		expect(arriving({ fetchMode })).toBe(false)
	);
	test.each([
		'/api/me',
		'/api/auth/session',
		'/api/auth/signin/[provider]',
		'/api/wallet/sessions/[id]/status',
		'/api/backends/[name]/[...path]'
	])('is refused to %s', (route) => expect(arriving({ route })).toBe(false));
	test('is allowed to a path without a route, unless it is below the API', () => {
		expect(arriving({ route: null })).toBe(true);
		expect(arriving({ route: null, isApi: true })).toBe(false);
	});
});

describe('an unknown value of Sec-Fetch-Site', () => {
	test('is refused', () => expect(allowsOrigin(facts({ fetchSite: 'friendly' }), rules)).toBe(false));
});

describe('an origin that is similar to the portal’s', () => {
	test.each([
		'https://portal.example.org:8443',
		'http://portal.example.org',
		'https://portal.example.org.evil',
		`${OWN}/`,
		''
	])('%s is refused', (origin) => expect(allowsOrigin(facts({ method: 'POST', origin }), rules)).toBe(false));
});

describe('cross-site API requests', () => {
	const foreign = facts({
		method: 'POST',
		origin: 'https://evil.example.org',
		fetchSite: 'cross-site',
		route: '/api/me'
	});

	test('are allowed with an access token', () =>
		expect(allowsOrigin({ ...foreign, hasAccessToken: true }, rules)).toBe(true));
	test('are allowed with a logout token', () =>
		expect(allowsOrigin({ ...foreign, route: '/api/auth/backchannel-logout' }, rules)).toBe(true));
	test('are refused otherwise', () => expect(allowsOrigin(foreign, rules)).toBe(false));
});

describe('a separate front-end server in development', () => {
	const development = { own: OWN, development: ['http://localhost:5173'] };
	const asked = facts({ method: 'POST', route: '/api/me', fetchSite: 'cross-site' });

	test('is allowed with its exact origin', () =>
		expect(allowsOrigin({ ...asked, origin: 'http://localhost:5173' }, development)).toBe(true));
	test.each(['http://localhost:5174', 'http://localhost', 'null', null])(
		'is refused with any other origin: %s',
		(origin) => expect(allowsOrigin({ ...asked, origin }, development)).toBe(false)
	);
});

describe('a form under `Referrer-Policy: no-referrer`, with `Origin: null`', () => {
	const form = facts({ method: 'POST', route: '/login/wallet', origin: 'null', ...navigation });

	test('is accepted when Sec-Fetch-Site is same-origin', () =>
		expect(allowsOrigin({ ...form, fetchSite: 'same-origin' }, rules)).toBe(true));
	test.each([null, 'same-site', 'cross-site', 'none', 'same-origin, same-origin'])(
		'is refused when Sec-Fetch-Site is %s',
		(fetchSite) => expect(allowsOrigin({ ...form, fetchSite }, rules)).toBe(false)
	);
});

describe('an unsafe request from a non-browser client', () => {
	const call = facts({ method: 'POST', route: '/api/wallet/sessions', hasCookie: false });

	test.each(['POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])('%s to the API requires an access token', (method) =>
		expect(checkOrigin({ ...call, method }, rules)).toBe('unauthorized')
	);
	test.each<[string, Partial<RequestFacts>]>([
		['with a cookie', { hasCookie: true }],
		['with a mode', { fetchMode: 'cors' }],
		['with a destination', { fetchDest: 'empty' }],
		['with an origin of another site', { origin: 'https://evil.example' }],
		['with an origin that is hidden', { origin: 'null' }],
		['to a page', { route: '/login/wallet', isApi: false }]
	])('%s is refused', (_, changes) => expect(checkOrigin({ ...call, ...changes }, rules)).toBe('forbidden'));
});

describe('a response of the API', () => {
	const route = '/api/backends/[name]/[...path]';
	const wanted = (fetchDest: string, changes: Partial<RequestFacts> = {}) =>
		allowsOrigin(facts({ route, fetchSite: 'same-origin', fetchMode: 'no-cors', fetchDest, ...changes }), rules);

	test.each(
		['script', 'style', 'worker', 'sharedworker', 'serviceworker', 'audioworklet', 'paintworklet', 'manifest']
			.concat(['xslt', 'object', 'embed', 'frame', 'iframe', 'fencedframe', 'font', 'json', 'report', 'track'])
			.concat(['audio', 'video', 'webidentity', 'speculationrules', 'dictionary', 'of-the-future'])
	)('is never loaded as a %s, even by the portal’s own pages or with a token', (fetchDest) => {
		expect(wanted(fetchDest)).toBe(false);
		expect(wanted(fetchDest, { hasAccessToken: true })).toBe(false);
	});
	test.each(['empty', 'document', 'image'])('can be loaded as %s', (fetchDest) => expect(wanted(fetchDest)).toBe(true));
});

test.each(methods)('%s of a public document is allowed from anywhere', (method) => {
	const evil = { origin: 'https://evil.example.org', fetchSite: 'cross-site' };
	expect(allowsOrigin(facts({ method, route: '/[x+2e]well-known/jwks.json', ...evil }), rules)).toBe(true);
});
