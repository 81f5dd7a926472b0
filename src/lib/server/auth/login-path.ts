import type { SignInError } from './sign-in-errors';

/** What a sign-in failed with, and the id of the request that failed: the page's help code, and its line in the log. */
interface Failure {
	readonly error: SignInError;
	readonly requestId: string;
}

/** The login page, with where to go on to afterwards (checked where it is followed) and what it has to tell. */
export function loginPath(returnTo: string | null, failure?: Failure | false): string {
	const query = new URLSearchParams();
	if (failure) query.set('error', failure.error);
	if (returnTo) query.set('returnTo', returnTo);
	if (failure) query.set('helpCode', failure.requestId);
	return query.size > 0 ? `/login?${query}` : '/login';
}
