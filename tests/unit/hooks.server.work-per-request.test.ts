import type * as Cookie from 'cookie';
import type { RequestEvent } from '@sveltejs/kit';
import fc from 'fast-check';
import { beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { findFlow, flowIds, keepFlow } from '$lib/server/auth/sign-in-flow';
import { newFlowId } from '$lib/server/auth/cookie-budget';
import { beginLoginTransaction, readLoginTransaction } from '$lib/server/auth/login-page';
import { writeSession } from '$lib/server/auth/session-cookie';
import { handle } from '../../src/hooks.server';
import { completedSession, keepOwned, ownedSessions } from '$lib/server/auth/wallet-cookies';
import { afterSetCookies, fakeCookies } from '../harness/cookies';
import { assertProperty } from '../harness/property';
import { requestEvent } from '../harness/request-event';
import { SIGNED_IN_AT, someSession } from './server/auth/session-fixture';
import { countOpenings } from './server/count-openings';

vi.mock('$lib/server/config', () => import('./server/configured'));
vi.mock('$app/server', () => ({ getRequestEvent: () => undefined }));
const parsed = vi.hoisted(() => ({ times: 0 }));
vi.mock('cookie', async (original) => {
	const cookie = await original<typeof Cookie>();
	return {
		...cookie,
		parseCookie: (...given: Parameters<typeof Cookie.parseCookie>) => {
			parsed.times++;
			return cookie.parseCookie(...given);
		}
	};
});

const opened = countOpenings();
/** What the entry lets through (`entry/gate.ts`). */
const MAX_HEADER_CHARACTERS = 16_000;
const MAX_OPENINGS = 16;
const NOW_MS = SIGNED_IN_AT * 1000;
beforeEach(() => void vi.useFakeTimers({ now: NOW_MS, toFake: ['Date'] }));

interface Sealed {
	session: string;
	login: string;
	flow: string;
	wallets: readonly string[];
}
/** Real sealed texts, which name our key: a hostile browser has some too, and can copy them under other names. */
let sealed: Sealed;
beforeAll(async () => {
	vi.useFakeTimers({ now: NOW_MS, toFake: ['Date'] });
	const jar = fakeCookies();
	const wallets: string[] = [];
	for (let n = 0; n < 40; n++) {
		const name = `w${n}`;
		await keepOwned(jar, {
			id: name,
			requestUri: null,
			startedAt: NOW_MS,
			expiresAt: NOW_MS + 300_000,
			returnTo: '/account',
			idv: 'none',
			completed: n % 2 === 0
		});
		wallets.push(jar.get(`portal.wallet.${name}`) ?? '');
	}
	beginLoginTransaction(jar, NOW_MS);
	const id = newFlowId(NOW_MS);
	keepFlow(jar, {
		id,
		provider: 'sts',
		stateKey: 'k'.repeat(22),
		verifier: 'v'.repeat(43),
		nonce: 'n'.repeat(22),
		returnTo: '/account',
		institution: '',
		walletSessionId: '',
		requestsLogin: false,
		restarts: 0
	});
	const session = afterSetCookies('', await writeSession(someSession(), fakeCookies(), SIGNED_IN_AT));
	sealed = {
		session: session.slice('portal.session='.length),
		login: jar.get('portal.login') ?? '',
		flow: jar.get(`portal.flow.${id}`) ?? '',
		wallets
	};
});

/** Reads all that any route reads of a browser's cookies, and writes some. */
async function useEverything({ cookies }: RequestEvent): Promise<Response> {
	for (const { name } of cookies.getAll()) cookies.get(name);
	for (const time of [1, 2, 3]) {
		readLoginTransaction(cookies);
		ownedSessions(cookies);
		await completedSession(cookies);
		const [oldest = ''] = flowIds(cookies);
		if (time === 1) findFlow(cookies, oldest);
	}
	return new Response('page');
}

/** The work of one request, on its way in and out through all handles of the application. */
async function workOf(cookie: string) {
	const event = requestEvent({ cookie, path: '/account', routeId: '/(public)/login' });
	parsed.times = 0;
	opened.reset();
	const response = await handle({ event, resolve: useEverything });
	return { status: response.status, parses: parsed.times, openings: opened.openings(), response };
}

const many = (count: number, cookie: (n: number) => string) =>
	Array.from({ length: count }, (_, n) => cookie(n))
		.join('; ')
		.slice(0, MAX_HEADER_CHARACTERS);
const flowName = (n: number) => `portal.flow.${newFlowId(NOW_MS - n)}`;
/** Names our key, and does not open. */
const broken = (text: string, n: number) => text.slice(0, 40) + String(n).padStart(60, 'A');

describe('the work of all handles for one request is bounded, whatever its cookies', () => {
	test.each<[string, () => string]>([
		['no cookie', () => ''],
		['400 empty wallet cookies', () => many(400, (n) => `portal.wallet.${n}=`)],
		['400 wallet cookies of one letter', () => many(400, (n) => `portal.wallet.${n}=x`)],
		[
			'wallet cookies that name the portal’s key but cannot be opened',
			() => many(400, (n) => `portal.wallet.${n}=${broken(sealed.wallets[0] ?? '', n)}`)
		],
		['wallet cookies that can be opened', () => many(40, (n) => `portal.wallet.w${n}=${sealed.wallets[n]}`)],
		['one wallet cookie under many names', () => many(400, (n) => `portal.wallet.${n}=${sealed.wallets[0]}`)],
		['sign-in flows under other names', () => many(60, (n) => `${flowName(n)}=${sealed.flow}`)],
		['sign-in flows that cannot be opened', () => many(60, (n) => `${flowName(n)}=${broken(sealed.flow, n)}`)],
		['many parts of a session', () => many(400, (n) => `portal.session.${n}=${sealed.session.slice(0, 30)}`)],
		['a session of four long parts', () => many(4, (n) => `portal.session.${n}=${sealed.session.padEnd(3800, 'A')}`)],
		[
			'names that look like the portal’s',
			() => many(400, (n) => `portal.wallet.\u00a0${n}=${sealed.login}; __Host-portal.session=${n}`)
		],
		['one name many times', () => many(400, (n) => `portal.session=${broken(sealed.session, n)}`)],
		['percent-encodings', () => many(400, (n) => `portal.wallet.${n}=%41%zz%`)],
		['only separators', () => ';='.repeat(8000)]
	])('%s', async (_, cookie) => {
		const { parses, openings, status, response } = await workOf(cookie());
		expect(status).toBe(200);
		expect(parses).toBe(1);
		expect(openings).toBeLessThanOrEqual(MAX_OPENINGS);
		// As many deletions as one response's head takes.
		expect(response.headers.getSetCookie().length).toBeLessThanOrEqual(25);
	});

	test('a sealed text that was opened before is not opened again', async () => {
		const cookie = many(2, (n) => `portal.wallet.w${n}=${sealed.wallets[n]}`);
		await workOf(cookie);
		const fresh = await workOf(
			`${cookie}; ${many(3, (n) => `portal.wallet.${n}=${broken(sealed.wallets[2] ?? '', n)}`)}`
		);
		expect(fresh).toMatchObject({ parses: 1, openings: 3 });
	});

	test('400 hostile cookies cause no more openings than 20', async () => {
		const hostile = (count: number) => many(count, (n) => `portal.wallet.${n}=${broken(sealed.wallets[0] ?? '', n)}`);
		const [few, all] = [await workOf(hostile(20)), await workOf(hostile(400))];
		expect(few.openings).toBeGreaterThan(0);
		expect(all.openings).toBeLessThanOrEqual(few.openings);
	});

	test('any mixture of real, broken and foreign cookies', async () => {
		const text = fc.oneof(
			fc.constantFrom('session', 'login', 'flow').map((kind) => sealed[kind]),
			fc.integer({ min: 0, max: 39 }).map((n) => sealed.wallets[n] ?? ''),
			fc.nat({ max: 999 }).map((n) => broken(sealed.login, n)),
			fc.string({ maxLength: 30 })
		);
		const name = fc.oneof(
			fc.nat({ max: 400 }).map((n) => `portal.wallet.${n}`),
			fc.integer({ min: 0, max: 39 }).map((n) => `portal.wallet.w${n}`),
			fc.nat({ max: 400 }).map(flowName),
			fc.nat({ max: 9 }).map((n) => `portal.session.${n}`),
			fc.constantFrom('portal.session', 'portal.login', 'portal.locale', '__Host-portal.session', 'other')
		);
		await assertProperty(
			fc.asyncProperty(fc.array(fc.tuple(name, text), { maxLength: 120 }), async (pairs) => {
				const cookie = pairs
					.map((pair) => pair.join('='))
					.join('; ')
					.replace(/[^\x20-\x7e]/g, '');
				const { parses, openings } = await workOf(cookie.slice(0, MAX_HEADER_CHARACTERS));
				expect(parses).toBeLessThanOrEqual(1);
				expect(openings).toBeLessThanOrEqual(MAX_OPENINGS);
			}),
			{ numRuns: 60 }
		);
	});
});
