import { AsyncLocalStorage } from 'node:async_hooks';
import type { RequestEvent } from '@sveltejs/kit';
import { readLoginTransaction } from '../auth/login-page';
import { onSessionEnd } from '../auth/revoked-sessions';
import type { Credential } from '../bridge/request';
import { afterTimeout, everyInterval, unixMs } from '../clock';
import { config } from '../config';
import { createEventStreams, type EventSource, type EventStreams } from '../http/event-stream';
import { storeUnavailable } from '../http/problem';
import { networkOf } from '../http/request';
import { createReadBudget } from './read-budget';
import { createStatusWatchers, type StatusEvent, type StatusWatchers } from './status-watcher';
import { bridge, credentialFor } from './bridge';
import type { OwnedSession } from '../auth/wallet-cookies';
import { publicStatus } from './sessions';

/** The maximum life of a stream. The browser then reconnects, and its access is checked again. */
const LIFE_MS = 15 * 60_000;

const now = () => performance.now();

/** Runs a function outside any request's async context, which timers and promises would otherwise keep in memory. */
const outsideOfRequests = AsyncLocalStorage.snapshot();

let streams: EventStreams | undefined;
let watchers: StatusWatchers | undefined;

/** The event streams of this process. */
export function eventStreams(): EventStreams {
	return (streams ??= createEventStreams({ ...config().eventStreams, now, every: everyInterval, random: Math.random }));
}

function statusWatchers(): StatusWatchers {
	return (watchers ??= createStatusWatchers({
		read: (id, credential) => bridge().readStatus(id, credential),
		budget: createReadBudget({ perSecond: config().readsPerSecond, now }),
		now,
		after: afterTimeout,
		random: Math.random
	}));
}

/**
 * Streams the status of the caller's wallet sessions as server-sent events: `connected` immediately, `heartbeat` regularly,
 * `message` with the body of the `/status` response, `trouble` when reading the status from the Auth Bridge fails, `gone`
 * for a session that no longer exists, and `end` once no session can change any more.
 * @throws {Problem} `rate_limited` or `busy`; `upstream_unavailable` if the person's tokens are in the shared store, and
 * that is unavailable
 */
export function walletEvents(event: RequestEvent, sessions: readonly OwnedSession[]): Response {
	const { session, apiClient } = event.locals;
	// The stream would have no access token as long as it is open.
	if (session && session.accessToken === undefined) throw storeUnavailable();
	const login = apiClient ? null : readLoginTransaction(event.cookies);
	const walletSessions = sessions.map(({ id }) => id);
	const browser = session?.id ?? login?.id ?? walletSessions[0] ?? '';
	// An institution's servers and its campus may share an address, so API clients are counted by client id.
	const address = apiClient ? `client ${apiClient.clientId}` : networkOf(event.getClientAddress());
	// The stream cannot refresh the access token, so it ends no later than the token and the session.
	const endSeconds = [apiClient?.tokenExpiresAt, session?.expiresAt, session?.endsAt].filter(
		(end) => end !== undefined
	);
	const lifeMs = Math.min(LIFE_MS, ...endSeconds.map((end) => end * 1000 - unixMs()));
	const credential = lastingCredential(event.locals);

	const source: EventSource = (sink) => {
		const live = new Set(walletSessions);
		const stops = sessions.map((owned) =>
			statusWatchers().watch(owned.id, credential, (update) => {
				try {
					sink.send(owned.id, eventText(update, owned));
				} catch (error) {
					// The stream would stay silent. The client reads the status instead, or connects again.
					sink.close();
					throw error;
				}
				if (update.kind === 'trouble' || (update.kind === 'status' && !update.isLast)) return;
				live.delete(owned.id);
				if (live.size > 0) return;
				sink.send('end', 'event: end\ndata: {}\n\n');
				sink.close();
			})
		);
		// The browser connects again, and its access is checked.
		if (session) stops.push(onSessionEnd(session, () => sink.close()));
		return () => stops.forEach((stop) => stop());
	};
	return outsideOfRequests(() => eventStreams().open({ browser, walletSessions, address }, lifeMs, source));
}

/** The credential without token refresh: once the response has started, refreshed tokens cannot be set in a cookie. */
function lastingCredential(locals: App.Locals): Credential {
	const { requestId, authorization } = credentialFor(locals);
	if (!locals.session || !authorization) return { requestId, authorization };
	return { requestId, authorization: { ...authorization, refresh: () => Promise.resolve(null) } };
}

function eventText(update: StatusEvent, owned: OwnedSession): string {
	if (update.kind === 'status') return `data: ${JSON.stringify(publicStatus(update.status, owned))}\n\n`;
	const error = update.kind === 'gone' ? 'not_found' : update.code;
	return `event: ${update.kind}\ndata: ${JSON.stringify({ sessionId: owned.id, error })}\n\n`;
}
