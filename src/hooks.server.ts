import { getRequestEvent } from '$app/server';
import { type Handle, type HandleServerError, type RequestEvent, type ServerInit } from '@sveltejs/kit';
import { callbacksSettled } from '$lib/server/auth/sign-in-result';
import { tokenRefresher } from '$lib/server/auth/refresh';
import { makeBrandFiles } from '$lib/server/brand';
import { config } from '$lib/server/config';
import { onShutdown } from '$lib/server/runtime';
import { responseHeaders } from '$lib/server/handles/response-headers';
import { apiProblems } from '$lib/server/handles/api-problems';
import { authorize } from '$lib/server/handles/authorize';
import { bearer } from '$lib/server/handles/bearer';
import { brand } from '$lib/server/handles/brand';
import { loadShedding } from '$lib/server/handles/load-shedding';
import { cookies } from '$lib/server/handles/cookies';
import { sequenceOf } from '$lib/server/handles/sequence';
import { locale } from '$lib/server/handles/locale';
import { lookAhead } from '$lib/server/handles/look-ahead';
import { originPolicy } from '$lib/server/handles/origin-policy';
import { refresh } from '$lib/server/handles/refresh';
import { session } from '$lib/server/handles/session';
import { disabledRoutes } from '$lib/server/handles/disabled-routes';
import { trace } from '$lib/server/handles/trace';
import { newRequestId } from '$lib/server/http/headers';
import { codeOfStatus } from '$lib/server/http/problem';
import { truncatedNetworkOf } from '$lib/server/http/request';
import { findTraceparentBy } from '$lib/server/upstream/tracing';
import { findNetworkBy, findRequestIdBy, log, startLogging } from '$lib/server/log';
import { observeEventStreams, observeProcess, observeStore } from '$lib/server/metrics';
import { endReadiness } from '$lib/server/readiness';
import { closeStore, isStoreAvailable, openStore } from '$lib/server/store';
import { eventStreams } from '$lib/server/wallet/events';

export const init: ServerInit = async () => {
	startLogging(config().logLevel);
	for (const adjustment of config().brand.adjustments) log.warn(adjustment);
	findTraceparentBy(() => ofCurrentRequest(({ locals }) => locals.traceparent?.()));
	findNetworkBy(() => ofCurrentRequest((event) => truncatedNetworkOf(event.getClientAddress())));
	findRequestIdBy(() => ofCurrentRequest(({ locals }) => locals.requestId));
	observeEventStreams(() => eventStreams().size(), config().eventStreams.maxPerProcess);
	observeStore(isStoreAvailable);
	observeProcess();
	await Promise.all([makeBrandFiles(), openStore()]);
	onShutdown({ drain, finish });
};

/** The handles have not set all `locals` yet at the beginning of a request. */
type CurrentRequest = Pick<RequestEvent, 'getClientAddress'> & { readonly locals: Partial<App.Locals> };

/** Undefined outside of a request. */
function ofCurrentRequest(read: (event: CurrentRequest) => string | undefined): string | undefined {
	let event: CurrentRequest;
	try {
		event = getRequestEvent();
	} catch {
		return undefined;
	}
	return read(event);
}

/** Open streams would delay the drain. The portal closes them, and browsers reconnect to another instance. */
function drain(): void {
	endReadiness();
	eventStreams().closeAll();
}

/** Completes pending work before the process exits, once the server is closed (`entry/listen.ts`). */
async function finish(): Promise<void> {
	await Promise.all([tokenRefresher().settled(), callbacksSettled()]);
	await closeStore();
}

export const handle: Handle = sequenceOf(
	trace,
	responseHeaders,
	brand,
	apiProblems,
	loadShedding,
	originPolicy,
	lookAhead,
	cookies,
	locale,
	disabledRoutes,
	session,
	bearer,
	refresh,
	authorize
);

export const handleError: HandleServerError = ({ error, event, status, message }) => {
	// An error before the handle `response-headers` has set the id gets one as well.
	const requestId = (event.locals.requestId ||= newRequestId());
	event.locals.errorCode ??= codeOfStatus(status);
	if (status >= 500) log.error('unexpected error', { requestId, where: 'application', route: event.route.id, error });
	// Kit's fallback page, `error.html`, can show the message only.
	return { message: status >= 500 ? requestId : message, requestId };
};
