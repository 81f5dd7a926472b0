import { userAuthorization } from '../auth/user-authorization';
import type { Credential } from '../bridge/call';
import { createBridge, type Bridge } from '../bridge/client';
import { config } from '../config';
import { log } from '../log';

let client: Bridge | undefined;

/** The Auth Bridge of the configuration. */
export function bridge(): Bridge {
	return (client ??= createBridge({ ...config().bridge, warn: log.warn }));
}

/** What the portal shows the Auth Bridge: a signed-in person's access token, or nothing before sign-in. */
export function credentialFor(locals: App.Locals): Credential {
	const { session, requestId, traceparent } = locals;
	return { requestId, traceparent, authorization: session ? userAuthorization(locals, session) : undefined };
}
