import { readdirSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { en } from '../../src/lib/i18n/site.ts';
import { Browser, headingOf, type Visit } from '../harness/browser.ts';
import { type Landscape, startLandscape } from '../harness/landscape.ts';
import { rawRequest } from '../harness/raw-request.ts';
import { runtime } from '../harness/runtime.ts';
import { everyPath } from './support/every-route.ts';
import { createWalletSession, signInAtInstitution } from './support/journeys.ts';

const FORM = 'application/x-www-form-urlencoded';
const MULTIPART = 'multipart/form-data';
const PAGE = 'text/html,application/xhtml+xml,*/*;q=0.8';

const forms: readonly (readonly [string, string, string | Uint8Array])[] = [
	['a multipart form without a boundary', MULTIPART, 'attempt=x'],
	['a multipart form that is garbage', `${MULTIPART}; boundary=x`, 'garbage'],
	[
		'a truncated multipart form',
		`${MULTIPART}; boundary=x`,
		'--x\r\ncontent-disposition: form-data; name="attempt"\r\n\r\na'
	],
	[
		'a multipart form with another boundary',
		`${MULTIPART}; boundary=x`,
		'--y\r\ncontent-disposition: form-data; name="a"\r\n\r\na\r\n--y--\r\n'
	],
	['a multipart part without a name', `${MULTIPART}; boundary=x`, '--x\r\n\r\na\r\n--x--\r\n'],
	['a form with a broken escape', FORM, 'attempt=%zz'],
	['a form with a truncated percent-encoding', FORM, 'attempt=%'],
	['a form with a percent-encoding that is not UTF-8', FORM, 'attempt=%ff%fe'],
	['a form with bytes that are not UTF-8', FORM, new Uint8Array([0x61, 0x3d, 0xff])],
	['a form in another charset', `${FORM}; charset=utf-16`, 'attempt=x']
];

const jsons: readonly (readonly [string, string, string | Uint8Array])[] = [
	['JSON that breaks off', 'application/json', '{"a":'],
	['JSON of bytes that are no UTF-8', 'application/json', new Uint8Array([0x22, 0xff, 0x22])],
	['JSON in another charset', 'application/json; charset=iso-8859-1', '{}'],
	['JSON that nests deeply', 'application/json', '['.repeat(60_000)]
];

let landscape: Landscape;
let browser: Browser;
let id: string;

beforeAll(async () => {
	landscape = await startLandscape({ runtime });
	browser = new Browser(landscape.url);
	await signInAtInstitution(browser);
	id = await createWalletSession(browser);
});
afterAll(() => landscape.stop());

interface Sent {
	readonly status: number;
	readonly type: string | undefined;
	readonly text: string;
}

async function send(path: string, type: string, body: string | Uint8Array, method = 'POST'): Promise<Sent> {
	const headers = {
		accept: path.startsWith('/api/') ? 'application/json' : PAGE,
		'accept-language': 'en',
		cookie: [...browser.cookies()].map(([name, value]) => `${name}=${value}`).join('; '),
		origin: landscape.url,
		'sec-fetch-site': 'same-origin',
		'sec-fetch-mode': 'navigate',
		'content-type': type,
		'content-length': String(Buffer.byteLength(body))
	};
	const response = await rawRequest(landscape.portal.port, { method, path, headers, body: [body] });
	return { status: response.status, type: response.headers['content-type'], text: response.body };
}

const folder = new URL('../../src/routes/', import.meta.url);

/** The URLs of every action of every page. */
function everyAction(): string[] {
	const files = readdirSync(folder, { recursive: true, encoding: 'utf8' });
	return files
		.filter((file) => file.endsWith('+page.server.ts'))
		.flatMap((file) => {
			const text = readFileSync(new URL(file, folder), 'utf8');
			const actions = /export const actions: Actions = \{([^]*?)\n\};/.exec(text)?.[1] ?? '';
			const names = [...actions.matchAll(/^\t(\w+):/gm)].map(([, name = '']) => name);
			const segments = dirname(file).split(/[\\/]/);
			const named = `/${segments.filter((segment) => !segment.startsWith('(')).join('/')}`;
			const path = named.replace('[id]', 'a-wallet').replace('[which]', 'others');
			return names.map((name) => (name === 'default' ? path : `${path}?/${name}`));
		});
}

test('the list of form actions is complete', () => {
	expect(everyAction().sort()).toEqual([
		'/account/sessions/others/end',
		'/account/wallets/a-wallet/unlink',
		'/login/identity?/cancel',
		'/login/identity?/confirm',
		'/login/identity?/reject',
		'/login/identity?/start',
		'/login/wallet?/cancel',
		'/login/wallet?/device',
		'/login/wallet?/start'
	]);
});

describe.each(everyAction())('the action %s', (action) => {
	test.each(forms)('refuses %s with a page', async (_, type, body) => {
		const { status, type: returned, text } = await send(action, type, body);
		expect([status, returned?.split(';')[0]]).toEqual([400, 'text/html']);
		expect(headingOf({ text } as Visit)).toBe(en.errors.request.title);
		expect(text).toMatch(/<strong[^>]*>[\da-f]{12}<\/strong>/);
	});

	test.each(['text/plain', 'application/json', 'application/octet-stream', 'nonsense', ''])(
		'refuses a body of type "%s" with a page',
		async (type) => {
			const { status, type: returned } = await send(action, type, 'attempt=x');
			expect([status, returned?.split(';')[0]]).toEqual([415, 'text/html']);
		}
	);
});

describe('the field "attempt"', () => {
	test.each(['x', 'a'.repeat(60_000), 'a1b2c3d4-0000-4000-8000-00000000000g', '', `${crypto.randomUUID()} `])(
		'is refused with a page if it is not a UUID (%#)',
		async (attempt) => {
			const creates = landscape.sandbox.count('bridge.create');
			const { status, text } = await send('/login/wallet?/start', FORM, String(new URLSearchParams({ attempt })));
			expect(status).toBe(400);
			expect(headingOf({ text } as Visit)).toBe(en.errors.request.title);
			expect(landscape.sandbox.count('bridge.create')).toBe(creates);
		}
	);

	test('with the same UUID creates only one QR code, however often it is sent', async () => {
		const creates = landscape.sandbox.count('bridge.create');
		const body = String(new URLSearchParams({ attempt: crypto.randomUUID() }));
		const responses = await Promise.all([1, 2, 3].map(() => send('/login/wallet?/start', FORM, body)));
		expect(responses.map(({ status }) => status)).toEqual([303, 303, 303]);
		expect(landscape.sandbox.count('bridge.create')).toBe(creates + 1);
	});
});

test('a malformed form that is sent to /locale is refused with a page', async () => {
	const responses = await Promise.all(forms.map(([, type, body]) => send('/locale', type, body)));
	expect(responses.map(({ status, type }) => [status, type?.split(';')[0]])).toEqual(
		forms.map(() => [400, 'text/html'])
	);
});

test.each([
	['/api/auth/signin/sts', forms],
	['/api/auth/backchannel-logout', forms],
	['/api/wallet/sessions', jsons],
	['complete', jsons],
	['idv/initiate', jsons],
	['idv/submit', jsons]
] as const)('the endpoint %s refuses every malformed body with a problem', async (path, bodies) => {
	const whole = path.startsWith('/') ? path : `/api/wallet/sessions/${id}/${path}`;
	const responses = await Promise.all(bodies.map(([, type, body]) => send(whole, type, body)));
	expect(responses.map(({ status, text }) => [status, (JSON.parse(text) as { error: string }).error])).toEqual(
		bodies.map(() => [400, 'invalid_request'])
	);
});

describe('any body, sent to any path with any method', () => {
	beforeEach(() => landscape.sandbox.reset());

	test('never causes a 5xx response', { timeout: 120_000 }, async () => {
		const paths = everyPath({ walletSession: id, wallet: 'a-wallet' }).filter((path) => !path.endsWith('/events'));
		const faults: string[] = [];
		for (const path of paths) {
			const calls = ['POST', 'PUT', 'PATCH', 'DELETE'].flatMap((method) =>
				[...forms, ...jsons].map(([name, type, body]) => ({ method, name, type, body }))
			);
			const responses = await Promise.all(calls.map(({ method, type, body }) => send(path, type, body, method)));
			responses.forEach(({ status }, index) => {
				if (status >= 500) faults.push(`${calls[index]?.method} ${path} with ${calls[index]?.name}: ${status}`);
			});
		}
		expect(faults).toEqual([]);
		expect(landscape.portal.logs()).not.toContain('"level":"ERROR"');
	});
});
