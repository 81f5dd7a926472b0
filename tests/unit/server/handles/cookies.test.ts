import { beforeEach, describe, expect, test, vi } from 'vitest';
import { cookieAttributes } from '$lib/server/http/cookies';
import { newFlowId } from '$lib/server/auth/cookie-budget';
import { cookies } from '$lib/server/handles/cookies';
import { keepOwned, type OwnedSession } from '$lib/server/auth/wallet-cookies';
import { afterSetCookies, fakeCookies } from '../../../harness/cookies';
import { requestEvent } from '../../../harness/request-event';

vi.mock('$lib/server/config', () => import('../configured'));

const NOW_MS = 1_800_000_000_000;
beforeEach(() => void vi.useFakeTimers({ now: NOW_MS, toFake: ['Date'] }));

type Event = ReturnType<typeof requestEvent>;

/** The `Set-Cookie` lines of a response, and the `Cookie` header that follows from them. */
async function handled(cookie: string, work: (event: Event) => unknown = () => undefined) {
	const event = requestEvent({ cookie });
	const response = await cookies({
		event,
		resolve: async () => {
			const made = await work(event);
			return made instanceof Response ? made : new Response('page');
		}
	});
	const setCookies = response.headers.getSetCookie();
	return { setCookies, next: afterSetCookies(cookie, setCookies) };
}

const session = (bytes: number) => `portal.session=${'s'.repeat(bytes)}`;
const flowName = (age: number) => `portal.flow.${newFlowId(NOW_MS - age)}`;

function owned(id: string, changes: Partial<OwnedSession> = {}): OwnedSession {
	const common = {
		requestUri: `openid4vp://?request_uri=${'x'.repeat(400)}`,
		expiresAt: NOW_MS + 300_000,
		returnTo: '/account'
	};
	return { id, startedAt: NOW_MS, idv: 'none', completed: false, ...common, ...changes };
}

async function walletCookies(...sessions: readonly OwnedSession[]): Promise<string> {
	const jar = fakeCookies();
	for (const one of sessions) await keepOwned(jar, one);
	return jar.next();
}

describe('the cookies handle', () => {
	test('writes set and deleted cookies to any response, even one that SvelteKit did not create', async () => {
		const { setCookies } = await handled('portal.locale=nl', (event) => {
			event.cookies.set('portal.login', 'a', { ...cookieAttributes(), maxAge: 60 });
			event.cookies.delete('portal.locale', cookieAttributes());
			return Response.redirect('http://localhost:3000/login', 303);
		});
		expect(setCookies).toEqual([
			'portal.locale=; Max-Age=0; Path=/; HttpOnly; SameSite=Lax',
			'portal.login=a; Max-Age=60; Path=/; HttpOnly; SameSite=Lax'
		]);
	});

	test('leaves a response unchanged if no cookie has changed and all fit', async () => {
		expect((await handled(session(4000))).setCookies).toEqual([]);
	});

	test('also evicts the oldest flow for a cookie that a Set-Cookie header sets', async () => {
		const [oldest, newer] = [flowName(2), flowName(1)];
		const before = [session(5300), `${oldest}=${'o'.repeat(550)}`, `${newer}=${'n'.repeat(550)}`].join('; ');
		const line = `${flowName(0)}=${'x'.repeat(550)}; Max-Age=900; Path=/; HttpOnly; SameSite=Lax`;
		const { next } = await handled(before, () => new Response('', { headers: { 'set-cookie': line } }));
		expect(next).not.toContain(oldest);
		expect(next).toContain(newer);
		expect(next.length).toBeLessThanOrEqual(7000);
	});

	test('repairs the result of concurrent responses at the next request', async () => {
		const flows = [4, 3, 2, 1].map((age) => `${flowName(age)}=${'f'.repeat(550)}`);
		const { next } = await handled([session(4300), ...flows].join('; '));
		expect(next.length).toBeLessThanOrEqual(7000);
		expect(next).toContain(flows[3]);
	});

	test('evicts wallet sessions that are over, then the oldest, but never one in identity verification', async () => {
		const four = await walletCookies(
			owned('over', { startedAt: NOW_MS - 3_600_000 }),
			owned('idv', { startedAt: NOW_MS - 3000, idv: 'started' }),
			owned('old', { startedAt: NOW_MS - 2000 }),
			owned('newer', { startedAt: NOW_MS - 1000 })
		);
		const { next } = await handled(`${session(4700)}; ${four}`, (event) => keepOwned(event.cookies, owned('new')));
		expect([...next.matchAll(/portal\.wallet\.(\w+)=/g)].map(([, id]) => id)).toEqual(['idv', 'newer', 'new']);
		expect(next.length).toBeLessThanOrEqual(7000);
	});

	test('deletes at most twelve cookies in one response, including those that the request deletes', async () => {
		const flows = Array.from({ length: 10 }, (_, age) => flowName(age));
		const wallets = Array.from({ length: 16 }, (_, index) => `portal.wallet.w${index}`);
		const before = [...flows, ...wallets].map((name) => `${name}=garbage`).join('; ');
		const first = await handled(before, ({ cookies: jar }) => {
			for (const name of flows) jar.delete(name, cookieAttributes());
		});
		expect(first.setCookies.filter((line) => line.includes('Max-Age=0'))).toHaveLength(12);
		expect(first.setCookies).toHaveLength(12);
		// The next response deletes the rest.
		const { next } = await handled(first.next, ({ cookies: jar }) =>
			jar.set('portal.locale', 'nl', cookieAttributes())
		);
		expect(next.match(/portal\.wallet\./g)).toHaveLength(4);
	});

	test('keeps at most four wallet sessions', async () => {
		const four = await walletCookies(...[4, 3, 2, 1].map((age) => owned(`w${age}`, { startedAt: NOW_MS - age })));
		const { next } = await handled(four, (event) => keepOwned(event.cookies, owned('w0')));
		expect([...next.matchAll(/portal\.wallet\.(\w+)=/g)].map(([, id]) => id)).toEqual(['w3', 'w2', 'w1', 'w0']);
	});
});
