/**
 * Signs in repeatedly, `at` times at once: start, callback, session cookie. The STS's page is skipped, because the stub STS accepts
 * the nonce as the code. Reads its task as JSON from standard input, `{ port, path, at, total, page? }`; each browser opens `page`
 * first. Writes the results as JSON, with times in milliseconds.
 */
import { Agent, get } from 'node:http';
import { performance } from 'node:perf_hooks';
import process from 'node:process';
import { text } from 'node:stream/consumers';

const { port, path, at, total, page } = JSON.parse(await text(process.stdin));
/** Fewer than the portal accepts in a minute from one browser. */
const PER_BROWSER = 25;
const agent = new Agent({ keepAlive: true, maxSockets: at });
const timesMs = [];
let started = 0;
let failures = 0;
const startedMs = performance.now();
await Promise.all(Array.from({ length: at }, signInRepeatedly));
const tookMs = performance.now() - startedMs;
const sorted = timesMs.toSorted((a, b) => a - b);
console.log(
	JSON.stringify({ count: timesMs.length, failures, tookMs, p99Ms: sorted[Math.ceil(sorted.length * 0.99) - 1] })
);
process.exit(0);

async function signInRepeatedly() {
	let loginCookies = '';
	for (let own = 0; started < total; own++) {
		started++;
		if (page && own % PER_BROWSER === 0) loginCookies = cookiesOf(await visit(page, ''));
		const signInStartedMs = performance.now();
		// A failed connection is a failed sign-in.
		const isSignedIn = await signIn(loginCookies).catch(() => false);
		timesMs.push(performance.now() - signInStartedMs);
		if (!isSignedIn) failures++;
	}
}

async function signIn(loginCookies) {
	const start = await visit(path, loginCookies, { 'sec-fetch-site': 'same-origin' });
	const authorization = new URL(start.headers.location ?? '/', 'http://none').searchParams;
	const callback = new URL(authorization.get('redirect_uri') ?? '/none', 'http://none');
	const query = new URLSearchParams({
		code: authorization.get('nonce') ?? '',
		state: authorization.get('state') ?? ''
	});
	const cookies = [loginCookies, cookiesOf(start)].filter(Boolean).join('; ');
	const end = await visit(`${callback.pathname}?${query}`, cookies, { 'sec-fetch-site': 'cross-site' });
	return (
		end.statusCode === 303 &&
		/(?:^|\.)session/.test(end.headers['set-cookie']?.join() ?? '') &&
		end.headers.location === '/account'
	);
}

function cookiesOf({ headers }) {
	return (headers['set-cookie'] ?? []).map((line) => line.split(';', 1)[0]).join('; ');
}

function visit(target, cookie, more = {}) {
	return new Promise((resolve, reject) => {
		const headers = {
			accept: 'text/html',
			'sec-fetch-mode': 'navigate',
			'sec-fetch-dest': 'document',
			...(cookie && { cookie }),
			...more
		};
		const request = get({ host: 'localhost', port, path: target, agent, headers }, (response) => {
			response.resume();
			response.once('end', () => resolve(response));
		});
		request.once('error', reject);
	});
}
