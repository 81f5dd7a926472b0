import { type Browser, linkIn, type Visit } from '../harness/browser.ts';
import type { Landscape } from '../harness/landscape.ts';
import { tokensOver } from '../http/support/held-session.ts';
import {
	createWalletSession,
	sessionPath,
	sharedWalletSession,
	signInAtInstitution
} from '../http/support/journeys.ts';
import type { PersonId } from '../sandbox/people.ts';
import type { FaultKind } from '../sandbox/scenarios.ts';

/** Does what makes the portal ask upstream, as often as it is called. */
type Act = () => Promise<Visit>;

/** A call of the portal's to a service behind it. */
interface UpstreamCall {
	/** As the sandbox counts it, such as `bridge.status`. */
	readonly operation: string;
	/** Everything up to the call, while all is well. */
	readonly prepare: (browser: Browser, landscape: Landscape) => Promise<Act>;
	/** Whether what the service says, or half of it, goes through as it is. */
	readonly passesOn?: boolean;
	/** Whether the same browser got somewhere once the fault was over; any response below 400 where it isn't said. */
	readonly isWell?: (visit: Visit, fault: FaultKind) => boolean;
}

/** Signs in, also where the STS still knows the person from the time before. */
export async function signInAnyhow(browser: Browser): Promise<Visit> {
	const login = await browser.open('/login');
	const page = await browser.open(linkIn(login, 'institution=uni-noord'));
	return page.url.origin === login.url.origin ? page : browser.submit(page, { person: 'known-student' });
}

const onWallet =
	(person: PersonId | null, act: (browser: Browser, id: string) => Promise<Visit>, steps: readonly string[] = []) =>
	async (browser: Browser, { sandbox }: Landscape): Promise<Act> => {
		const id = person ? await sharedWalletSession(browser, sandbox, person) : await createWalletSession(browser);
		for (const step of steps) await post(browser, id, step);
		return () => act(browser, id);
	};

const post = (browser: Browser, id: string, step: string, json: unknown = {}) =>
	browser.call(sessionPath(id, step), { method: 'POST', json });

const signedIn =
	(act: (browser: Browser, landscape: Landscape, page: Visit) => Promise<Visit>) =>
	async (browser: Browser, landscape: Landscape): Promise<Act> => {
		const page = await signInAtInstitution(browser);
		return () => act(browser, landscape, page);
	};

/** Every call that the portal makes, but those whose response it keeps for long (the fresh start below, in `fault-matrix.test.ts`). */
export const upstreamCalls: readonly UpstreamCall[] = [
	{
		operation: 'bridge.create',
		prepare: async (browser) => {
			await browser.open('/login');
			return () => browser.call('/api/wallet/sessions', { method: 'POST', json: {} });
		}
	},
	{ operation: 'bridge.status', prepare: onWallet(null, (browser, id) => browser.call(sessionPath(id, 'status'))) },
	{ operation: 'bridge.complete', prepare: onWallet('known-student', (browser, id) => post(browser, id, 'complete')) },
	{
		operation: 'bridge.idv-initiate',
		prepare: onWallet('unknown-student', (browser, id) => post(browser, id, 'idv/initiate'), ['complete'])
	},
	{
		operation: 'bridge.idv-status',
		prepare: onWallet('unknown-employee', (browser, id) => browser.call(sessionPath(id, 'idv/status')), ['complete'])
	},
	{
		operation: 'bridge.idv-submit',
		prepare: onWallet('unknown-employee', (browser, id) => post(browser, id, 'idv/submit', { confirm: true }), [
			'complete',
			'idv/initiate'
		]),
		isWell: ({ status }) => status < 400 || status === 409
	},
	{
		operation: 'bridge.idv-callback',
		prepare: onWallet(
			'unknown-student',
			(browser, id) => browser.open(sessionPath(id, 'idv/callback?code=a&state=b'), { from: 'http://127.0.0.1' }),
			['complete', 'idv/initiate']
		)
	},
	{ operation: 'bridge.bindings', prepare: signedIn((browser) => browser.open('/account')) },
	{
		operation: 'bridge.remove-binding',
		prepare: signedIn((browser, _landscape, page) => browser.open(linkIn(page, '/unlink'), { form: {} })),
		isWell: ({ status }) => status < 400 || status === 404
	},
	{
		// Stands for a backend: it can fail in all the same ways.
		operation: 'bridge.health',
		prepare: signedIn((browser) => browser.call('/api/backends/sandbox/health')),
		passesOn: true
	},
	{
		operation: 'sts.par',
		prepare: async (browser) => {
			await browser.open('/login');
			return () => browser.open('/login/start?provider=sts');
		}
	},
	{
		operation: 'sts.token:code',
		prepare: (browser) => Promise.resolve(() => signInAnyhow(browser)),
		isWell: ({ url }) => url.pathname === '/account'
	},
	{
		operation: 'sts.token:refresh',
		prepare: signedIn(async (browser, landscape) => {
			await tokensOver(browser, landscape);
			return browser.call('/api/me');
		}),
		// A token that was redeemed while its response got lost is gone: then the session has ended, and says so.
		isWell: ({ status }, fault) => status === (fault === 'lost' ? 401 : 200)
	},
	{
		operation: 'sts.revocation',
		prepare: signedIn((browser) => browser.open('/api/auth/signout', { form: {} }))
	}
];
