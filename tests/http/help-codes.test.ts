import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { Browser, linkIn, type Visit } from '../harness/browser.ts';
import { type Landscape, startLandscape } from '../harness/landscape.ts';
import { runtime } from '../harness/runtime.ts';
import { createWalletSession, sessionPath, sharedWalletSession } from './support/journeys.ts';

let landscape: Landscape;
let browser: Browser;

beforeAll(async () => {
	landscape = await startLandscape({ runtime });
});
afterAll(() => landscape.stop());
beforeEach(() => {
	landscape.sandbox.reset();
	browser = new Browser(landscape.url);
});

const shape = /^[\da-f]{12}$/;
const codeOn = ({ text }: Visit) => /<strong[^>]*>([^<]*)<\/strong>/.exec(text)?.[1] ?? 'none';

interface Line {
	readonly message: string;
	readonly properties: Readonly<Record<string, unknown>>;
}

/** The log lines with a help code; a line may arrive shortly after its response. */
function logged(code: string): Line[] {
	const lines = landscape.portal.logs().trim().split('\n');
	return lines.map((line) => JSON.parse(line) as Line).filter(({ properties }) => properties.requestId === code);
}

const withCode = (message: string, code: string) => ({ message, properties: { code } });
const RESPONSE = 'the portal responded with an error';

const pages: readonly (readonly [string, () => Promise<Visit>, Pick<Line, 'message'> & Partial<Line>])[] = [
	['a page that does not exist', () => browser.open('/nowhere'), withCode(RESPONSE, 'not_found')],
	[
		'a form that another site sends',
		() => browser.open('/login/wallet', { from: 'https://other.example', form: {} }),
		withCode(RESPONSE, 'forbidden_origin')
	],
	[
		'a sign-in that was refused at the institution',
		async () => {
			const start = await browser.open(linkIn(await browser.open('/login'), 'institution=uni-noord'));
			return browser.submit(start, { decision: 'refused' });
		},
		withCode('a sign-in failed', 'access_denied')
	],
	[
		'a sign-in that was not started',
		async () => {
			await browser.open('/login');
			return browser.open('/login/start?provider=sts-wallet');
		},
		withCode('a sign-in was not started', 'wallet_session_foreign')
	],
	[
		'a return to a browser that did not start',
		() => browser.open(`/login?wallet_session=${'0'.repeat(32)}&idv=complete`),
		{ message: 'an identity verification returned to another browser' }
	],
	[
		'a wallet with an expired credential',
		async () => {
			await sharedWalletSession(browser, landscape.sandbox, 'expired-credential');
			return browser.open('/login/wallet');
		},
		{ message: 'a wallet sign-in has ended', properties: { outcome: 'refused' } }
	],
	[
		'a wallet session while the Bridge is down',
		async () => {
			await createWalletSession(browser);
			landscape.sandbox.scenario('bridge-down');
			return browser.open('/login/wallet');
		},
		withCode('a wallet session could not be read', 'upstream_invalid')
	],
	[
		'a new code while the Bridge is down',
		async () => {
			landscape.sandbox.scenario('bridge-down');
			return browser.submit(await browser.open('/login'), {}, '/login/wallet');
		},
		withCode('a wallet session could not be created', 'upstream_invalid')
	],
	[
		'an identity verification that did not finish',
		async () => {
			const id = await sharedWalletSession(browser, landscape.sandbox, 'unknown-student');
			landscape.sandbox.scenario('bridge-down');
			return browser.open(sessionPath(id, 'idv/callback?code=a&state=b'), { from: landscape.sandbox.stsUrl });
		},
		{
			message: 'identity verification did not finish',
			properties: { code: 'upstream_invalid', error: { upstream: 'auth-bridge' } }
		}
	]
];

describe('the help code', () => {
	test.each(pages)('on the page of %s is in the log, with the cause', async (_name, open, line) => {
		const code = codeOn(await open());
		expect(code).toMatch(shape);
		await expect.poll(() => logged(code).filter((found) => found.message === line.message)).toMatchObject([line]);
	});

	test.each([
		['there is no session', 'unauthorized', () => browser.call('/api/me')],
		[
			'the request comes from another site',
			'forbidden_origin',
			() => browser.call('/api/me', { headers: { origin: 'https://evil.example' } })
		],
		['the route does not exist', 'not_found', () => browser.call('/api/nothing')],
		[
			'the wallet session belongs to another browser',
			'unauthorized',
			() => browser.call(sessionPath('0'.repeat(32), 'status'))
		]
	] as const)('of an API response is the request id in the log, when %s', async (_name, error, call) => {
		const { status, text } = await call();
		const { requestId } = JSON.parse(text) as { requestId: string };
		expect(status).toBeGreaterThanOrEqual(400);
		expect(requestId).toMatch(shape);
		await expect.poll(() => logged(requestId)).toMatchObject([withCode(RESPONSE, error)]);
	});

	test.each(['<b>x</b>', 'Call +31 6 1234', 'a1b2c3d4e5f', 'a1b2c3d4e5f67', 'A1B2C3D4E5F6', 'zzzzzzzzzzzz', ''])(
		'"%s" in a query is invalid, and no page shows it',
		async (text) => {
			const query = `&helpCode=${encodeURIComponent(text)}`;
			const login = await browser.open(`/login?error=access_denied${query}`);
			const identity = await browser.open(`/login/identity?outcome=no-match${query}`);
			expect([codeOn(login), codeOn(identity)]).toEqual(['none', 'none']);
		}
	);

	test('in a valid format is still shown after a reload', async () => {
		const page = await browser.open('/login?error=access_denied&helpCode=a1b2c3d4e5f6');
		expect(codeOn(page)).toBe('a1b2c3d4e5f6');
	});
});
