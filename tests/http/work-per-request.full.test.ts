import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { Browser } from '../harness/browser.ts';
import { type Landscape, startLandscape } from '../harness/landscape.ts';
import { rawRequest } from '../harness/raw-request.ts';
import { hasRedis, type Monitor, type Redis, startRedis } from '../harness/redis.ts';
import { runtime } from '../harness/runtime.ts';
import { everyPath } from './support/every-route.ts';
import { createWalletSession, sessionPath } from './support/journeys.ts';

/** The limits of what one request may cause, whatever its content. */
const MAX_UPSTREAM_CALLS = 4;
const MAX_STORE_COMMANDS = 12;
const ID = '0'.repeat(32);

interface Hostile {
	readonly method?: string;
	readonly headers?: Readonly<Record<string, string>>;
	readonly query?: string;
	readonly body?: string;
}

const repeated = (count: number, one: (n: number) => string, separator: string) =>
	Array.from({ length: count }, (_, n) => one(n)).join(separator);
const form = 'application/x-www-form-urlencoded';
const multipart = (parts: number) =>
	repeated(parts, (n) => `--b\r\ncontent-disposition: form-data; name="f${n}"\r\n\r\nx\r\n`, '') + '--b--\r\n';
const post = (type: string, body: string): Hostile => ({ method: 'POST', headers: { 'content-type': type }, body });

/** Hostile requests by kind: each can be small, or the largest that the entry accepts. */
const kinds: readonly (readonly [string, (size: number) => Hostile])[] = [
	['empty wallet cookies', (size) => ({ headers: { cookie: repeated(4 * size, (n) => `portal.wallet.${n}=`, '; ') } })],
	[
		'sign-in flow cookies',
		(size) => ({
			headers: { cookie: repeated(3 * size, (n) => `portal.flow.${String(n).padStart(9, '0')}0123abcd=x`, '; ') }
		})
	],
	['parts of a session', (size) => ({ headers: { cookie: repeated(5 * size, (n) => `portal.session.${n}=x`, '; ') } })],
	[
		'headers with long lists',
		(size) => ({
			headers: {
				'accept-language': repeated(5 * size, (n) => `x${n};q=0.5`, ','),
				'x-forwarded-for': repeated(2 * size, (n) => `192.0.2.${n % 256}`, ', '),
				'if-none-match': repeated(2 * size, (n) => `"${n}"`, ','),
				range: `bytes=${repeated(2 * size, (n) => `${n}-`, ',')}`,
				traceparent: repeated(size, () => '00-', '')
			}
		})
	],
	['a long query', (size) => ({ query: repeated(size, (n) => `also=${n}&returnTo=${'%2F'.repeat(20)}&q=x`, '&') })],
	['unknown ids in `also`', () => ({ query: `also=${repeated(8, (n) => String(n).padStart(32, '0'), ',')}` })],
	['deep JSON', (size) => post('application/json', `${'['.repeat(300 * size)}${']'.repeat(300 * size)}`)],
	['JSON with many fields', (size) => post('application/json', `{${repeated(50 * size, (n) => `"f${n}":${n}`, ',')}}`)],
	[
		'a form with many fields',
		(size) =>
			post(
				form,
				repeated(60 * size, (n) => `f${n}=x`, '&')
			)
	],
	['a multipart form with many parts', (size) => post('multipart/form-data; boundary=b', multipart(10 * size))]
];
const paths = everyPath({ walletSession: ID, wallet: 'x' });

describe.skipIf(!hasRedis())('the work of one request', () => {
	let redis: Redis;
	let monitor: Monitor;
	let landscape: Landscape;

	beforeAll(async () => {
		redis = await startRedis();
		landscape = await startLandscape({ runtime, env: { REDIS_URL: redis.url, AUTH_TRUST_HOST: 'true' } });
		monitor = await redis.monitor();
		await new Browser(landscape.url).open('/login');
	});
	afterAll(async () => {
		monitor.stop();
		await landscape.stop();
		await redis.stop();
	});

	/**
	 * Requests caused by the request itself: discovery, keys and institutions are cached, and readiness is read once a
	 * second.
	 */
	const upstreamCalls = () =>
		Object.entries(landscape.sandbox.counts().operations)
			.filter(([name]) => /^(?:bridge\.(?!health)|sts\.(?:par|token|revocation|userinfo))/.test(name))
			.reduce((sum, [, calls]) => sum + calls, 0);
	/** Without the commands of the store's health check. */
	async function storeCommands(): Promise<number> {
		// Everything before this mark has been recorded.
		const mark = `mark-${crypto.randomUUID()}`;
		await redis.command(`ECHO ${mark}`);
		await vi.waitFor(() => expect(monitor.commands.join()).toContain(mark), { timeout: 10_000, interval: 2 });
		return monitor.commands.filter((line) => !/verify:|health"|"(?:hello|client|ping|info|echo)"/i.test(line)).length;
	}

	/** The upstream requests and store commands that one request causes, from a browser with its own wallet session. */
	async function workOf(path: string, { method = 'GET', headers = {}, query = '', body }: Hostile) {
		const browser = new Browser(landscape.url);
		const id = await createWalletSession(browser);
		const own = [...browser.cookies()].map(([name, value]) => `${name}=${value}`).join('; ');
		const target = path.replace(ID, id);
		const before = [upstreamCalls(), await storeCommands()] as const;
		const { status } = await rawRequest(landscape.portal.port, {
			// A stream would not end.
			method: method === 'GET' && path.endsWith('/events') ? 'HEAD' : method,
			path: query ? `${target}?${query}` : target,
			headers: {
				origin: landscape.url,
				'sec-fetch-site': 'same-origin',
				...headers,
				cookie: headers.cookie ? `${own}; ${headers.cookie}` : own
			},
			...(body !== undefined && { body: [body] })
		});
		return { status, upstream: upstreamCalls() - before[0], store: (await storeCommands()) - before[1] };
	}

	describe.each(kinds)('with %s', (_, hostile) => {
		test.each(paths)('is bounded, and does not grow with 100 times the input, at %s', async (path) => {
			const little = await workOf(path, hostile(1));
			const much = await workOf(path, hostile(100));
			expect(much.upstream).toBeLessThanOrEqual(MAX_UPSTREAM_CALLS);
			expect(much.store).toBeLessThanOrEqual(MAX_STORE_COMMANDS);
			expect(much.upstream, JSON.stringify([little, much])).toBeLessThanOrEqual(little.upstream);
			expect(much.store).toBeLessThanOrEqual(little.store);
			expect(much.status).not.toBe(500);
		});
	});

	test('is counted: a status read makes one Auth Bridge call, and a cancellation runs store commands', async () => {
		expect(await workOf(sessionPath(ID, 'status'), {})).toMatchObject({ status: 200, upstream: 1 });
		const cancel = await workOf('/login/wallet?/cancel', post(form, ''));
		expect(cancel.store).toBeGreaterThan(0);
	});
});
