import { userAuthorization } from '../auth/user-token';
import type { Credential } from '../bridge/request';
import { createBridge, type Bridge } from '../bridge/client';
import { config } from '../config';
import { log } from '../log';
import { serviceAuthorization } from '../sts/service-token';

let client: Bridge | undefined;

/** The Auth Bridge of the configuration. */
export function bridge(): Bridge {
	return (client ??= createBridge({ ...config().bridge, warn: log.warn }));
}

/**
 * What the portal shows the Auth Bridge: a signed-in person's access token. For anybody else, third parties included, the
 * portal's own service token where it has one; never a token that came with a request.
 */
export function credentialFor(locals: App.Locals): Credential {
	const { session, requestId, traceparent } = locals;
	const { bridge: options } = config().service;
	const own = options && serviceAuthorization(options);
	return { requestId, traceparent, authorization: session ? userAuthorization(locals, session) : own };
}
