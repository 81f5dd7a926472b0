import { once } from 'node:events';
import { type IncomingMessage, request as httpRequest } from 'node:http';
import { Browser } from '../../harness/browser.ts';
import { freePort } from '../../harness/free-port.ts';
import { type Landscape, startLandscape } from '../../harness/landscape.ts';
import { runtime } from '../../harness/runtime.ts';
import { signInAtInstitution } from './journeys.ts';
import { type OddBackend, startOddBackend, STREAM_BYTES } from './odd-backend.ts';
import { AUDIENCE } from './third-party.ts';

/** A portal whose backends are all the odd backend (except `down`, where nothing listens), and a signed-in browser. */
export interface BackendPortal {
	readonly landscape: Landscape;
	readonly odd: OddBackend;
	readonly browser: Browser;
	readonly metricsPort: number;
	readonly post: (path: string, body?: string) => ReturnType<Browser['call']>;
	/** The headers of the signed-in browser, for requests that do not go through it. */
	readonly ownHeaders: () => Record<string, string>;
	/** Begins a request of the signed-in browser whose body the test sends piece by piece. */
	readonly openRequest: (method: string, path: string) => OpenRequest;
	/** Forgets the requests that arrived and the tokens that are refused. */
	readonly reset: () => void;
	readonly stop: () => Promise<void>;
}

interface OpenRequest {
	readonly request: ReturnType<typeof httpRequest>;
	readonly responded: Promise<IncomingMessage>;
}

export const UPLOAD_BYTES = 200_000;

/** The path of a backend in the portal's API. */
export const at = (path: string, name = 'odd') => `/api/backends/${name}${path}`;

export async function startBackendPortal(): Promise<BackendPortal> {
	const odd = await startOddBackend();
	const all = { methods: ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'], maxRequestBytes: UPLOAD_BYTES };
	const backends = {
		odd: { url: odd.url, token: 'user', ...all, maxAnswerBytes: 2 * STREAM_BYTES },
		narrow: { url: odd.url, token: 'user', timeoutMs: 300, maxAnswerBytes: 100_000 },
		open: { url: odd.url, token: 'none', callerScope: 'profile:read', ...all },
		down: { url: `http://127.0.0.1:${await freePort()}`, token: 'user' }
	};
	const metricsPort = await freePort();
	const env = { BACKENDS: JSON.stringify(backends), API_AUDIENCE: AUDIENCE, METRICS_PORT: String(metricsPort) };
	const landscape = await startLandscape({ runtime, env });
	const browser = new Browser(landscape.url);
	await signInAtInstitution(browser);
	const ownHeaders = () => ({
		cookie: [...browser.cookies()].map(([name, value]) => `${name}=${value}`).join('; '),
		origin: landscape.url,
		'content-type': 'text/plain'
	});
	return {
		landscape,
		odd,
		browser,
		metricsPort,
		post: (path, body = 'x') =>
			browser.call(at(path), { method: 'POST', body, headers: { 'content-type': 'text/plain' } }),
		ownHeaders,
		openRequest: (method, path) => {
			const request = httpRequest(landscape.url + path, { method, headers: ownHeaders(), agent: false });
			const responded = once(request, 'response').then(([response]) => response as IncomingMessage);
			// A request that is aborted before the response gets none.
			responded.catch(() => {});
			return { request, responded };
		},
		reset: () => {
			odd.arrived.length = 0;
			odd.refused.clear();
		},
		stop: async () => {
			await landscape.stop();
			await odd.stop();
		}
	};
}
