import {
	findFlow,
	flowIds,
	flowOfVersion1,
	forgetFlow,
	keepFlow,
	newStateKey,
	readState,
	type SignInFlow,
	stateOf,
	takeFlowOfVersion1
} from '$lib/server/auth/sign-in-flow';
import { newFlowId } from '$lib/server/auth/cookie-budget';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { fakeCookies } from '../../../harness/cookies';
import { createSeal } from '$lib/server/seal';
import { config, configure } from '../configured';

vi.mock('$lib/server/config', () => import('../configured'));
beforeEach(() => configure());
afterEach(() => configure());

const id = (age: number) => newFlowId(1_800_000_000_000 - age);
const flow = (changes: Partial<SignInFlow> = {}): SignInFlow => ({
	id: id(0),
	provider: 'sts',
	stateKey: newStateKey(),
	verifier: 'v'.repeat(43),
	nonce: 'n'.repeat(43),
	returnTo: '/account?x=1',
	institution: 'uni-noord',
	walletSessionId: '',
	requestsLogin: true,
	restarts: 1,
	...changes
});

test('a flow’s id sorts by age, and differs for two flows of the same moment', () => {
	const ids = [3, 2, 1, 0].map(id);
	expect([...ids].sort()).toEqual(ids);
	expect(id(0)).not.toBe(id(0));
});

describe('the cookie of a flow', () => {
	test('restores the whole flow', () => {
		const cookies = fakeCookies();
		const kept = flow();
		keepFlow(cookies, kept);
		expect(findFlow(fakeCookies(cookies.next()), kept.id)).toEqual(kept);
	});

	test('restores nothing under the name of another flow', () => {
		const [one, other] = [flow({ id: id(1) }), flow()];
		const cookies = fakeCookies();
		keepFlow(cookies, one);
		const renamed = fakeCookies(cookies.next().replace(one.id, other.id));
		expect(findFlow(renamed, other.id)).toBeNull();
	});

	test('is deleted without affecting other cookies', () => {
		const [one, other] = [flow({ id: id(1) }), flow()];
		const cookies = fakeCookies('portal.login=v');
		keepFlow(cookies, one);
		keepFlow(cookies, other);
		forgetFlow(cookies, one.id);
		expect(flowIds(cookies)).toEqual([other.id]);
		expect(cookies.next()).toContain('portal.login=v');
	});

	test('is not displaced by look-alikes', () => {
		configure({ AUTH_URL: 'https://portal.example.org' });
		const lookAlikes = [0, 1, 2, 3].map((age) => `portal.flow.${id(age)}=v; x__Host-portal.flow.${id(age)}=v`);
		const cookies = fakeCookies([...lookAlikes, '__Host-portal.flow.x=v'].join('; '));
		const kept = flow();
		keepFlow(cookies, kept);
		expect(flowIds(cookies)).toEqual([kept.id]);
	});
});

describe('the state parameter', () => {
	test('identifies the flow, and contains the return path', () => {
		const { id: flowId, stateKey, provider, returnTo } = flow();
		const state = stateOf({ id: flowId, stateKey, provider, returnTo });
		expect(readState(state)).toEqual({ flowId, stateKey, provider, returnTo });
		expect(state).not.toContain('account');
	});

	test('can contain the longest return path that is accepted anywhere', () => {
		const { id: flowId, stateKey, provider } = flow();
		const returnTo = `/${'x'.repeat(2047)}`;
		expect(readState(stateOf({ id: flowId, stateKey, provider, returnTo }))).toMatchObject({ returnTo });
	});

	test.each([null, '', '.', 'x.y', `${id(0)}.${newStateKey()}.x`, `${id(0)}.${newStateKey()}.`])(
		'is ignored if the portal did not create it, such as %s',
		(state) => expect(readState(state)).toBeNull()
	);

	test('is rejected if its return path belongs to another flow', () => {
		const [one, other] = [stateOf(flow({ returnTo: '/one' })), stateOf(flow({ returnTo: '/other' }))];
		const [oneId, oneKey] = one.split('.');
		expect(readState(`${oneId}.${oneKey}.${other.split('.')[2]}`)).toBeNull();
	});
});

describe('a sign-in that version 1.0.0 started', () => {
	const old = id(0);
	const cookie = (kind: string, value: string) => `portal.${kind}.${old}=${value}`;
	const header = [
		cookie('state', 'eyJ.a'),
		cookie('pkce', 'eyJ.b'),
		cookie('nonce', 'eyJ.c'),
		cookie('callback', encodeURIComponent('http://localhost:3000/help?x=1'))
	].join('; ');

	test('is recognized by its state', () => {
		expect(flowOfVersion1(`${old}.eyJhbGciOiJkaXIifQ..a.b.c`)).toBe(old);
		expect(flowOfVersion1(`${old}.x`)).toBeNull();
	});

	test('provides its return path, and leaves no cookie', () => {
		const cookies = fakeCookies(header);
		expect(takeFlowOfVersion1(cookies, old)).toBe('/help?x=1');
		expect(cookies.next()).toBe('');
	});

	test('is unknown in another browser', () => {
		expect(takeFlowOfVersion1(fakeCookies(), old)).toBeNull();
	});
});

describe('the state of a step-up', () => {
	const stepUp = {
		acr: Array.from({ length: 10 }, () => 'a'.repeat(128)),
		maxAgeSeconds: 900,
		isOld: true,
		subject: 's'
	};

	test('contains the requirement, which would not fit in the 600 bytes of the cookie', () => {
		const kept = flow({ stepUp });
		const cookies = fakeCookies();
		keepFlow(cookies, kept);
		expect(cookies.next().length).toBeLessThanOrEqual(600);
		expect(readState(stateOf(kept))?.stepUp).toEqual(stepUp);
	});

	test('cannot be used for another flow, and a flow without a requirement keeps the earlier format', () => {
		const plain = flow();
		const sealed = createSeal(config().secrets, 'sign-in target');
		const state = stateOf(plain);
		expect(sealed.open(state.split('.')[2] ?? '')?.value).toEqual([plain.id, 'sts', plain.returnTo]);
		expect(readState(state)?.stepUp).toBeUndefined();
		// The requirement of one flow does not count for another.
		const foreign = stateOf(flow({ id: id(9), stepUp })).split('.')[2];
		expect(readState(`${plain.id}.${plain.stateKey}.${foreign}`)).toBeNull();
	});
});
