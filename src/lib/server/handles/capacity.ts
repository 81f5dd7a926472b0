import type { Handle, RequestEvent } from '@sveltejs/kit';
import { config } from '../config';
import { refusal } from '../http/refusal';
import { countRefusal } from '../metrics';

/** An instance that is busy must not be taken for dead; and what the STS has ended stays ended, for it may not say so twice. */
const ALWAYS_TAKEN = /^\/\(public\)\/api\/(?:health|auth\/backchannel-logout)/;

let underWay = 0;

/**
 * Takes so many requests at once and refuses the others at once: where a service behind the portal has become slow, those that wait
 * for it must not fill the memory. A stream counts until it begins; then it has a limit of its own.
 */
export const capacity: Handle = (input) => {
	const { event, resolve } = input;
	if (event.isSubRequest || ALWAYS_TAKEN.test(event.route.id ?? '')) return resolve(event);
	return underWay < config().requestsAtOnce ? counted(input) : refused(event);
};

async function counted({ event, resolve }: Parameters<Handle>[0]): Promise<Response> {
	underWay += 1;
	try {
		return await resolve(event);
	} finally {
		underWay -= 1;
	}
}

function refused(event: RequestEvent): Promise<Response> {
	countRefusal('requests_process');
	return refusal(event, 'busy');
}
