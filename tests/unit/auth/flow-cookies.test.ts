import { afterEach, describe, expect, test, vi } from 'vitest';
import {
	flowCookies,
	flowOf,
	forgetFlow,
	forgetOldFlows,
	markFlow,
	newFlowId,
	withoutFlow
} from '../../../src/lib/server/auth/flow-cookies';
import { fakeCookies } from '../../harness/cookies';
import { configure } from '../configured';

vi.mock('../../../src/lib/server/config', () => import('../configured'));
afterEach(() => configure());

const flow = (age: number) => newFlowId(1_800_000_000_000 - age);
const cookiesOf = (...flows: string[]) =>
	flows.flatMap((id) => ['state', 'pkce', 'nonce', 'callback'].map((kind) => `portal.${kind}.${id}=v`)).join('; ');

describe('a flow’s id', () => {
	test('sorts by age, and differs for two of the same moment', () => {
		const ids = [3, 2, 1, 0].map(flow);
		expect([...ids].sort()).toEqual(ids);
		expect(flow(0)).not.toBe(flow(0));
	});

	test('leaves and comes back with the state that Auth.js made', () => {
		const id = flow(0);
		const url = new URL('http://localhost:8092/authorize?state=made%2Bby.authjs&nonce=n');
		markFlow(url, id);
		expect(flowOf(url.searchParams.get('state'))).toBe(id);
		const callback = new URLSearchParams({ code: 'a&b', state: url.searchParams.get('state') ?? '' });
		expect(Object.fromEntries(new URLSearchParams(withoutFlow(callback, id)))).toEqual({
			code: 'a&b',
			state: 'made+by.authjs'
		});
	});

	test.each([null, '', '.', 'x.y', flow(0), `x${flow(0)}.rest`, `${flow(0)}x.rest`, `${flow(0).toUpperCase()}.r`])(
		'is not in the state %s',
		(state) => expect(flowOf(state)).toBeNull()
	);
});

describe('the cookies of a flow', () => {
	test('are named by kind and flow', () => {
		const names = Object.values(flowCookies('f')).map((cookie) => cookie.name);
		expect(names).toEqual(
			expect.arrayContaining(['portal.state.f', 'portal.pkce.f', 'portal.nonce.f', 'portal.callback.f'])
		);
	});

	test('never include the session', () => {
		expect(flowCookies('f').sessionToken?.name).not.toMatch(/session/);
	});

	test('are forgotten together, and no others', () => {
		const [one, other] = [flow(1), flow(0)];
		const cookies = fakeCookies(`${cookiesOf(one, other)}; portal.login=v`);
		forgetFlow(cookies, one);
		expect(cookies.next()).toBe(`${cookiesOf(other)}; portal.login=v`);
	});

	test('make room for one more: the newest stay', () => {
		const [oldest, middle, newest] = [flow(2), flow(1), flow(0)];
		const cookies = fakeCookies(cookiesOf(newest, oldest, middle));
		forgetOldFlows(cookies);
		expect(cookies.next()).toBe(cookiesOf(newest));
	});

	test('stay as they are while there is room', () => {
		const cookies = fakeCookies(cookiesOf(flow(0)));
		forgetOldFlows(cookies);
		expect(cookies.setCookies()).toEqual([]);
	});

	test('are not pushed out by look-alikes', () => {
		configure({ AUTH_URL: 'https://portal.example.org' });
		const own = cookiesOf(flow(9)).replaceAll('portal.', '__Host-portal.');
		const lookAlikes = [0, 1, 2, 3].map((age) => `portal.state.${flow(age)}=v; xportal.pkce.${flow(age)}=v`).join('; ');
		const cookies = fakeCookies(`${own}; ${lookAlikes}`);
		forgetOldFlows(cookies);
		expect(cookies.next()).toBe(`${own}; ${lookAlikes}`);
	});
});
