import { userAuthorization } from '../auth/user-token';
import type { Credential } from '../bridge/request';
import { createBridge, type Bridge } from '../bridge/client';
import { config } from '../config';
import { log } from '../log';
import { serviceAuthorization } from '../sts/service-token';

let client: Bridge | undefined;

/** The client of the configured Auth Bridge, created by the first call. */
export function bridge(): Bridge {
	return (client ??= createBridge({ ...config().bridge, warn: log.warn }));
}

/**
 * The credential for calls to the Auth Bridge. For a signed-in person it has their access token. For all others, API clients
 * included, it has the portal's own service token if one is configured. A token from an incoming request is never forwarded.
 */
export function credentialFor(locals: App.Locals): Credential {
	const { session, requestId, traceparent } = locals;
	const { bridge: options } = config().service;
	const own = options && serviceAuthorization(options);
	const authorization = session ? userAuthorization(locals, session) : own;
	return { requestId, traceparent, person: session?.sub, authorization };
}
