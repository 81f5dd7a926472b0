/**
 * A wallet session by an API client, with a generated client (docs/api.md). `portal.ts` is generated:
 * `npx openapi-typescript https://portal.example.org/api/openapi.json --output portal.ts`
 */
import createClient from 'openapi-fetch';
import type { components, paths } from './portal.js';

type Problem = components['schemas']['Problem'];
type State = components['schemas']['WalletSessionState'];
type StreamEvent = components['schemas']['WalletSessionEvent'];

const { PORTAL_URL = '', API_AUDIENCE = '', TOKEN_ENDPOINT = '', CLIENT_ID = '', CLIENT_SECRET = '' } = process.env;

/** How often a request is sent at most, while the portal says when to repeat it. */
const MAX_TRIES = 5;
/** A token is replaced so long before it expires. */
const MARGIN_MS = 30_000;

const pause = (seconds: number) => new Promise((resolve) => setTimeout(resolve, seconds * 1000));

let token = { value: '', expiresAt: 0 };

/** An access token by client credentials (RFC 6749 4.4): the last one, or a new one if that expires soon. */
async function accessToken(): Promise<string> {
	if (Date.now() < token.expiresAt - MARGIN_MS) return token.value;
	const response = await fetch(TOKEN_ENDPOINT, {
		method: 'POST',
		body: new URLSearchParams({
			grant_type: 'client_credentials',
			client_id: CLIENT_ID,
			client_secret: CLIENT_SECRET,
			scope: 'wallet:sessions profile:read',
			resource: API_AUDIENCE
		})
	});
	if (!response.ok) throw new Error(`no access token: ${response.status}`);
	const { access_token: value, expires_in: seconds } = (await response.json()) as {
		access_token: string;
		expires_in: number;
	};
	token = { value, expiresAt: Date.now() + seconds * 1000 };
	return value;
}

/** Sends a request with an access token, and repeats it after 429 and 503, when the seconds of `Retry-After` have passed. */
async function send(request: Request): Promise<Response> {
	for (let tries = 1; ; tries += 1) {
		const attempt = request.clone();
		attempt.headers.set('authorization', `Bearer ${await accessToken()}`);
		const response = await fetch(attempt);
		const seconds = response.headers.get('retry-after');
		if (![429, 503].includes(response.status) || seconds === null || tries === MAX_TRIES) return response;
		await response.body?.cancel();
		await pause(Number(seconds));
	}
}

const portal = createClient<paths>({ baseUrl: PORTAL_URL, fetch: send });

/** The data of a response, or an error with the portal's code. Errors are text for requests that accept HTML only. */
function dataOf<Data>({ data, error }: { data?: Data; error?: Problem | string }): Data {
	if (data === undefined) throw new Error(`the portal refused: ${JSON.stringify(error)}`);
	return data;
}

/** The events of a stream; the one without a name is `message`. */
async function* eventsIn(stream: ReadableStream<Uint8Array>): AsyncGenerator<StreamEvent> {
	const decoder = new TextDecoder();
	let text = '';
	for await (const chunk of stream) {
		const blocks = (text + decoder.decode(chunk, { stream: true })).split('\n\n');
		text = blocks.pop() ?? '';
		for (const block of blocks) {
			const fields = block.split('\n').map((line) => line.split(/: (.*)/, 2));
			yield { event: 'message', data: '{}', ...Object.fromEntries(fields) } as StreamEvent;
		}
	}
}

/** Follows a session until a person has shared, or can no longer share. */
async function followed(id: string): Promise<State['status']> {
	const path = '/api/wallet/sessions/{id}/events';
	for (;;) {
		const stream = dataOf(await portal.GET(path, { params: { path: { id } }, parseAs: 'stream' }));
		if (stream === null) throw new Error('the stream has no body');
		const status = await lastStatus(stream).catch((error: unknown) => console.warn('the stream broke:', error));
		if (status) return status;
		// A stream ends after 15 minutes at most, with its access token, and when the portal restarts: it opens again.
		await pause(3);
	}
}

/** The status that ends the wait for a person; undefined if the stream ends before. */
async function lastStatus(stream: ReadableStream<Uint8Array>): Promise<State['status'] | undefined> {
	for await (const { event, data } of eventsIn(stream)) {
		if (event === 'gone') return 'EXPIRED';
		if (event !== 'message') continue;
		const { status } = JSON.parse(data) as State;
		if (!['CREATED', 'PENDING', 'INTERACTION_STARTED', 'VERIFYING'].includes(status)) return status;
	}
}

/** Completes a session; returns whether that was possible without identity verification. */
async function isCompleted(id: string): Promise<boolean> {
	const result = await portal.POST('/api/wallet/sessions/{id}/complete', { params: { path: { id } }, body: {} });
	return dataOf(result).status === 'COMPLETED';
}

async function verifyIdentity(id: string): Promise<void> {
	const params = { path: { id } };
	const { redirectUrl } = dataOf(await portal.POST('/api/wallet/sessions/{id}/idv/initiate', { params, body: {} }));
	if (redirectUrl === null) {
		const body = { confirm: true } as const;
		dataOf(await portal.POST('/api/wallet/sessions/{id}/idv/submit', { params, body }));
	} else console.log(`Open in a browser: ${redirectUrl}`);
	const read = () => portal.GET('/api/wallet/sessions/{id}/idv/status', { params });
	while (['IDV_REQUIRED', 'RECONCILING'].includes(dataOf(await read()).status)) await pause(1);
}

const { sessionId, requestUri } = dataOf(await portal.POST('/api/wallet/sessions', { body: {} }));
console.log(`Open in a wallet: ${requestUri}`);
const status = await followed(sessionId);
if (status !== 'VERIFIED' && status !== 'IDV_REQUIRED') throw new Error(`nothing was shared: ${status}`);
if (!(await isCompleted(sessionId))) {
	await verifyIdentity(sessionId);
	if (!(await isCompleted(sessionId))) throw new Error('the identity was not verified');
}
console.log('Completed');
