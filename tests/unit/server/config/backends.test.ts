import { describe, expect, test } from 'vitest';
import { BackendSettings } from '$lib/server/config/backends';
import { parseConfig } from '$lib/server/config/parse';
import { configFaults, environment } from '../configured';

const grades = { url: 'https://grades.example.org/api/', token: 'user' };

const variables = (backends: unknown) => ({
	BACKENDS: typeof backends === 'string' ? backends : JSON.stringify(backends)
});
const parsed = (backends: unknown) => parseConfig({ ...environment, ...variables(backends) }).backends;
const faultsOf = (backends: unknown) => configFaults(variables(backends));

describe('the backends in BACKENDS', () => {
	test('are empty if none are configured', () => {
		expect(parseConfig(environment).backends).toEqual([]);
	});

	test('require a URL and a kind of token, and have restrictive defaults', () => {
		expect(parsed({ grades })).toEqual([
			{
				name: 'grades',
				url: 'https://grades.example.org/api',
				token: 'user',
				methods: ['GET'],
				timeoutMs: 10_000,
				maxRequestBytes: 65_536,
				maxAnswerBytes: 10_485_760
			}
		]);
	});

	const exchange = { ...grades, token: 'exchange', tokenAudience: 'grades' };
	test.each(['tokenAudience', 'tokenScope', 'tokenResource'])('may exchange tokens by %s alone', (setting) => {
		const wanted = { ...grades, token: 'exchange', [setting]: 'https://grades.example.org' };
		expect(parsed({ grades: wanted })).toMatchObject([{ token: 'exchange', [setting]: wanted[setting as 'url'] }]);
	});

	test('can have every setting', () => {
		const full = {
			...grades,
			methods: ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'],
			token: 'service',
			timeoutMs: 120_000,
			maxRequestBytes: 0,
			maxAnswerBytes: 1,
			acr: ['https://refeds.org/profile/mfa', 'loa3'],
			maxAge: 60,
			callerScope: 'grades:read',
			tokenScope: 'a b',
			tokenAudience: 'grades',
			tokenResource: 'https://grades.example.org/'
		};
		expect(Object.keys(full).toSorted()).toEqual(Object.keys(BackendSettings.entries).toSorted());
		expect(parsed({ 'grades-2': full })).toMatchObject([{ ...full, url: 'https://grades.example.org/api' }]);
	});

	test('can require a single acr', () => {
		expect(parsed({ grades: { ...grades, acr: 'loa3' } })).toMatchObject([{ acr: ['loa3'] }]);
	});

	test.each([
		['an acr with a space', { grades: { ...grades, acr: 'a b' } }, 'BACKENDS: grades.acr: must be'],
		['an acr with a quote', { grades: { ...grades, acr: ['a"'] } }, 'BACKENDS: grades.acr'],
		['an empty list of acr', { grades: { ...grades, acr: [] } }, 'BACKENDS: grades.acr'],
		['eleven acr', { grades: { ...grades, acr: [...'abcdefghijk'] } }, 'BACKENDS: grades.acr'],
		['a numeric acr', { grades: { ...grades, acr: 2 } }, 'BACKENDS: grades.acr'],
		['an age below a minute', { grades: { ...grades, maxAge: 59 } }, 'BACKENDS: grades.maxAge: must be a whole number'],
		['no JSON', 'grades=https://grades.example.org', 'BACKENDS: must be JSON'],
		[
			'text without quotes',
			'{"grades": {"url": https}}',
			'BACKENDS: must be JSON: {"name": {"url": "https://…", "token": "user"}}; line 1 is not JSON from character 20'
		],
		[
			'no object',
			{ grades: 'https://grades.example.org' },
			'BACKENDS: grades: must be an object with "url" and "token"'
		],
		['a list', [grades], 'BACKENDS: must be an object'],
		['a name with a slash', { 'a/b': grades }, 'BACKENDS: ?: must have names'],
		['a name with capitals', { Grades: grades }, 'BACKENDS: Grades: must have names'],
		['no URL', { grades: { token: 'user' } }, 'BACKENDS: grades.url: is missing'],
		['a URL with a password', { grades: { ...grades, url: 'https://a:b@c.example' } }, 'BACKENDS: grades.url: must'],
		['a URL with a query', { grades: { ...grades, url: 'https://c.example/?a=b' } }, 'BACKENDS: grades.url: must'],
		['no kind of token', { grades: { url: grades.url } }, 'BACKENDS: grades.token: is missing'],
		['another kind of token', { grades: { ...grades, token: 'basic' } }, 'BACKENDS: grades.token: must be "user"'],
		[
			'an unknown method',
			{ grades: { ...grades, methods: ['GET', 'TRACE'] } },
			'BACKENDS: grades.methods.1: must be of'
		],
		['no method', { grades: { ...grades, methods: [] } }, 'BACKENDS: grades.methods: must name'],
		['too short a timeout', { grades: { ...grades, timeoutMs: 99 } }, 'BACKENDS: grades.timeoutMs: must be a whole'],
		[
			'a fraction of a byte',
			{ grades: { ...grades, maxRequestBytes: 1.5 } },
			'BACKENDS: grades.maxRequestBytes: must be a whole'
		],
		[
			'an unknown setting',
			{ grades: { ...grades, audience: 'x' } },
			'BACKENDS: grades.audience: is not known; the names are url, methods, token, '
		],
		['callers with token "user"', { grades: { ...grades, callerScope: 'x' } }, 'BACKENDS: grades.callerScope: is for'],
		['callers with token "exchange"', { grades: { ...exchange, callerScope: 'x' } }, 'grades.callerScope: is for'],
		[
			'an exchange without scope, audience and resource',
			{ grades: { ...grades, token: 'exchange' } },
			'BACKENDS: grades.tokenAudience: is missing'
		],
		[
			'a resource with a fragment',
			{ grades: { ...exchange, tokenResource: 'https://a.example/#part' } },
			'BACKENDS: grades.tokenResource: must be a URL without fragment'
		],
		['a scope with token "user"', { grades: { ...grades, tokenScope: 'x' } }, 'BACKENDS: grades.token: must be']
	])('prevent the portal from starting with %s', (_, backends, fault) => {
		expect(faultsOf(backends)).toEqual([expect.stringContaining(fault)]);
	});

	test('report unknown settings and faults of several settings together', () => {
		const faults = faultsOf({ grades: { ...grades, callerScope: 'x', methods: ['TRACE'], first: 1, second: 2 } });
		expect(faults.map((fault) => fault.split(': ')[1]).sort()).toEqual([
			'grades.callerScope',
			'grades.first',
			'grades.methods.0',
			'grades.second'
		]);
	});

	test('report all their faults at once, and repeat no value', () => {
		const faults = faultsOf({ one: { url: 'hush-1', token: 'hush-2' }, two: { 'hush 3': 'hush-4', url: 'http://b' } });
		expect(faults.map((fault) => fault.split(': ').slice(0, 2).join(': ')).sort()).toEqual([
			'BACKENDS: one.token',
			'BACKENDS: one.url',
			'BACKENDS: two.?',
			'BACKENDS: two.token'
		]);
		expect(faults.join()).not.toContain('hush');
	});
});
