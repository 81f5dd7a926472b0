import { describe, expect, test } from 'vitest';
import { allowsOrigin, type RequestFacts } from '../../../src/lib/server/http/origin-policy';

const OWN = 'https://portal.example.org';
const rules = { own: OWN, development: [] };
const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'];
const sites = ['same-origin', 'same-site', 'cross-site', 'none', null];
const origins = [null, OWN, 'https://evil.example.org', 'null'];
const paths = {
	page: '/login/wallet',
	start: '/login/start',
	api: '/api/wallet/sessions',
	'sign-in callback': '/api/auth/callback/sts',
	'identity callback': '/api/wallet/sessions/0123/idv/callback'
} as const;

function facts(changes: Partial<RequestFacts>): RequestFacts {
	return {
		method: 'GET',
		path: '/',
		origin: null,
		fetchSite: null,
		fetchMode: null,
		fetchDest: null,
		hasAccessToken: false,
		...changes
	};
}

const navigation = { fetchMode: 'navigate', fetchDest: 'document' };
const script = { fetchMode: 'cors', fetchDest: 'empty' };

/** The rule in words of its own: who may come, by what the browser says of where the request began. */
function mayPass(kind: string, method: string, site: string | null, origin: string | null, isNavigation: boolean) {
	const namesAnother = origin === 'null' || origin?.includes('evil');
	const changesSomething = !['GET', 'HEAD'].includes(method);
	const saysNothing = site === null && origin === null;
	const beganElsewhere = site !== null && site !== 'same-origin';
	if (namesAnother) return false;
	if (saysNothing) return !changesSomething;
	if (beganElsewhere) return isNavigation && !changesSomething && kind !== 'api';
	return true;
}

const matrix = Object.keys(paths).flatMap((kind) =>
	methods.flatMap((method) =>
		sites.flatMap((site) =>
			origins.flatMap((origin) => [true, false].map((isNavigation) => ({ kind, method, site, origin, isNavigation })))
		)
	)
);

describe('the whole matrix of browsers’ requests', () => {
	test.each(Object.entries(paths))('to a %s', (kind, path) => {
		const rows = matrix.filter((row) => row.kind === kind);
		const allowed = rows.map((row) => ({
			...row,
			allowed: allowsOrigin(
				facts({
					method: row.method,
					path,
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

describe('a navigation that began elsewhere', () => {
	const arriving = (changes: Partial<RequestFacts>) =>
		allowsOrigin(facts({ path: '/login', fetchSite: 'cross-site', ...navigation, ...changes }), rules);

	test('may come to a page', () => expect(arriving({})).toBe(true));
	test('may come from a browser that does not name its destination', () =>
		expect(arriving({ fetchDest: null })).toBe(true));
	test.each(['iframe', 'frame', 'embed', 'object', 'image', 'script'])('may not fill an %s', (fetchDest) =>
		expect(arriving({ fetchDest })).toBe(false)
	);
	test.each(['no-cors', 'cors', 'same-origin', 'websocket', null])('may not be a request of mode %s', (fetchMode) =>
		expect(arriving({ fetchMode })).toBe(false)
	);
	test.each([
		'/api',
		'/api/me',
		'/api/auth/session',
		'/api/auth/callback',
		'/api/auth/callback/sts/more',
		'/api/auth/signin/sts',
		'/api/wallet/sessions/0123/status',
		'/api/wallet/sessions/0123/idv/callback/more',
		'/api/wallet/sessions/0/1/idv/callback'
	])('may not come to %s', (path) => expect(arriving({ path })).toBe(false));
	test('may come to a page whose name only begins like the API', () =>
		expect(arriving({ path: '/apiary' })).toBe(true));
});

describe('a site that a browser names in a way nobody knows', () => {
	test('is not ours', () => expect(allowsOrigin(facts({ fetchSite: 'friendly' }), rules)).toBe(false));
});

describe('an origin that looks like ours', () => {
	test.each([
		'https://portal.example.org:8443',
		'http://portal.example.org',
		'https://portal.example.org.evil',
		`${OWN}/`,
		''
	])('%s is refused', (origin) => expect(allowsOrigin(facts({ method: 'POST', origin }), rules)).toBe(false));
});

describe('callers that carry no cookie', () => {
	const foreign = facts({
		method: 'POST',
		origin: 'https://evil.example.org',
		fetchSite: 'cross-site',
		path: '/api/me'
	});

	test('with a credential of their own are exempt', () =>
		expect(allowsOrigin({ ...foreign, hasAccessToken: true }, rules)).toBe(true));
	test('with a logout token are exempt', () =>
		expect(allowsOrigin({ ...foreign, path: '/api/auth/backchannel-logout' }, rules)).toBe(true));
	test('are nobody else', () => expect(allowsOrigin(foreign, rules)).toBe(false));
});

describe('a separate front-end server in development', () => {
	const development = { own: OWN, development: ['http://localhost:5173'] };
	const asked = facts({ method: 'POST', path: '/api/me', fetchSite: 'cross-site' });

	test('is let in by its exact origin', () =>
		expect(allowsOrigin({ ...asked, origin: 'http://localhost:5173' }, development)).toBe(true));
	test.each(['http://localhost:5174', 'http://localhost', 'null', null])('lets in no other: %s', (origin) =>
		expect(allowsOrigin({ ...asked, origin }, development)).toBe(false)
	);
});
