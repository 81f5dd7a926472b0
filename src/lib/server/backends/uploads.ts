import { Problem } from '../http/problem';
import { countRefusal } from '../metrics';

/** How many uploads of one person, in all sessions together, stream to services at once. */
export const MAX_UPLOADS_PER_PERSON = 8;
/** The same for a third-party client, which uploads for many people. */
export const MAX_UPLOADS_PER_CLIENT = 100;

const inFlight = new Map<string, number>();

/**
 * Does some work that reads an upload, and counts it for its sender until it is done.
 * @throws {Problem} `rate_limited` while the sender has too many uploads in progress
 */
export async function countedUpload<Result>(
	{ session, caller }: Pick<App.Locals, 'session' | 'caller'>,
	work: () => Promise<Result>
): Promise<Result> {
	const [owner, max] = session
		? [`person ${session.sub}`, MAX_UPLOADS_PER_PERSON]
		: [`client ${caller?.clientId}`, MAX_UPLOADS_PER_CLIENT];
	const count = inFlight.get(owner) ?? 0;
	if (count >= max) {
		countRefusal('uploads_sender');
		throw new Problem('rate_limited');
	}
	inFlight.set(owner, count + 1);
	try {
		return await work();
	} finally {
		const left = (inFlight.get(owner) ?? 1) - 1;
		if (left > 0) inFlight.set(owner, left);
		else inFlight.delete(owner);
	}
}
