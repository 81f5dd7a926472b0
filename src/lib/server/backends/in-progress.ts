import { onSessionEnd } from '../auth/revoked-sessions';
import { afterTimeout, CLOCK_TOLERANCE_SECONDS, MAX_TIMER_MS, startIdleTimeout, unixMs } from '../clock';
import { config } from '../config';
import { Problem } from '../http/problem';
import { log } from '../log';
import type { ApiClient } from '../sts/tokens';
import { countRefusal, type Refusal } from '../metrics';

/**
 * The maximum number of uploads of a process that are streamed to backends (`handles/load-shedding.ts`). Slow senders may take minutes, and must
 * not block other requests.
 */
export const MAX_UPLOADS = 500;
/** The maximum number of concurrent streamed uploads of one person, over all their sessions. */
export const MAX_UPLOADS_PER_PERSON = 8;
/** The same limit for an API client, which uploads for many people. */
export const MAX_UPLOADS_PER_CLIENT = 100;

/** The maximum number of requests of one person to backends whose response has not ended: above the 100 to 128 streams of an HTTP/2 connection. */
export const MAX_RESPONSES_PER_PERSON = 200;
/** The same limit for an API client, which sends requests for many people. */
export const MAX_RESPONSES_PER_CLIENT = 1000;

/** How long the reader of a response may pause before it takes the next chunk, in milliseconds. */
export const MAX_PAUSE_MS = 60_000;

type Sender = Pick<App.Locals, 'session' | 'apiClient'>;

const counts = new Map<string, number>();
let responses = 0;

/**
 * Counts something of a sender as in progress.
 * @returns ends it, once
 * @throws {Problem} `rate_limited` if the sender has too many in progress
 */
function begin(
	what: 'uploads' | 'responses',
	{ session, apiClient }: Sender,
	limits: { readonly person: number; readonly client: number }
): () => void {
	// Not by `sub`, which differs between the two ways to sign in.
	const [owner, max] = session
		? [`person ${session.userId}`, limits.person]
		: [`client ${apiClient?.clientId}`, limits.client];
	const key = `${what} ${owner}`;
	const count = counts.get(key) ?? 0;
	if (count >= max) throw refused('rate_limited', `${what}_sender`);
	counts.set(key, count + 1);
	return () => {
		const left = (counts.get(key) ?? 1) - 1;
		if (left > 0) counts.set(key, left);
		else counts.delete(key);
	};
}

function refused(code: 'rate_limited' | 'busy', reason: Refusal): Problem {
	countRefusal(reason);
	return new Problem(code, { facts: { reason } });
}

/**
 * Runs work that streams an upload, and counts the upload for its sender until the work settles.
 * @throws {Problem} `rate_limited` if the sender has too many uploads in progress
 */
export async function countedUpload<Result>(sender: Sender, work: () => Promise<Result>): Promise<Result> {
	const end = begin('uploads', sender, { person: MAX_UPLOADS_PER_PERSON, client: MAX_UPLOADS_PER_CLIENT });
	try {
		return await work();
	} finally {
		end();
	}
}

/**
 * Runs work that requests a response of a backend, and counts it until the response has ended. The response breaks off if its reader pauses
 * for too long, or when the session or the access token of the request ends.
 * @throws {Problem} `rate_limited` if the sender has too many requests in progress, `busy` if the process has
 */
export async function countedResponse(
	locals: Sender & Pick<App.Locals, 'requestId'>,
	backend: string,
	work: () => Promise<Response>
): Promise<Response> {
	// Uploads have their own share, as among the requests in progress.
	if (responses >= config().requestsAtOnce + MAX_UPLOADS) throw refused('busy', 'responses_process');
	const endOfSender = begin('responses', locals, {
		person: MAX_RESPONSES_PER_PERSON,
		client: MAX_RESPONSES_PER_CLIENT
	});
	responses += 1;
	const end = () => {
		responses -= 1;
		endOfSender();
	};
	try {
		const response = await work();
		if (response.body) return new Response(guarded(response.body, locals, backend, end), response);
		end();
		return response;
	} catch (error) {
		end();
		throw error;
	}
}

/** The milliseconds until the portal no longer accepts the token of an API client. */
function untilRefused({ tokenExpiresAt }: ApiClient): number {
	return Math.min(MAX_TIMER_MS, (tokenExpiresAt + CLOCK_TOLERANCE_SECONDS) * 1000 - unixMs());
}

/**
 * The same body, which breaks off if its reader pauses for too long, or when the session or the access token ends.
 * @param onOver called once, when the body has ended in any way
 */
function guarded(
	body: ReadableStream<Uint8Array>,
	{ session, apiClient, requestId }: Sender & Pick<App.Locals, 'requestId'>,
	backend: string,
	onOver: () => void
): ReadableStream<Uint8Array> {
	const reader = body.getReader();
	let isOver = false;
	let breakOff = (_problem: Problem) => {};
	const pause = startIdleTimeout(MAX_PAUSE_MS, () => breakOff(new Problem('request_timeout')));
	const breakOffUnauthorized = () => breakOff(new Problem('unauthorized'));
	const forgetSession = session && onSessionEnd(session, breakOffUnauthorized);
	const forgetToken = apiClient && afterTimeout(untilRefused(apiClient), breakOffUnauthorized);

	function end(): void {
		if (isOver) return;
		isOver = true;
		pause.rest();
		forgetSession?.();
		forgetToken?.();
		onOver();
	}

	return new ReadableStream(
		{
			start: (controller) => {
				pause.expect();
				breakOff = (problem) => {
					if (isOver) return;
					log.warn('a response was cut off', { requestId, code: problem.code, backend });
					end();
					controller.error(problem);
					void reader.cancel().catch(() => {});
				};
			},
			pull: async (controller) => {
				pause.rest();
				const next = await reader.read().catch((error: unknown) => {
					end();
					throw error;
				});
				if (isOver) return;
				if (next.done) {
					end();
					controller.close();
				} else {
					controller.enqueue(next.value);
					pause.expect();
				}
			},
			cancel: (reason) => {
				end();
				return reader.cancel(reason);
			}
		},
		{ highWaterMark: 0 }
	);
}
