import type { Handle } from '@sveltejs/kit';
import type { Session } from '../auth/session';

/**
 * A session whose access token has run out is no longer a session: whoever acts on it has to sign in again.
 * This is the place in the sequence where tokens are renewed.
 */
export const refresh: Handle = ({ event, resolve }) => {
	if (event.locals.session && isOver(event.locals.session, Date.now() / 1000)) event.locals.session = null;
	return resolve(event);
};

function isOver(session: Session, nowSeconds: number): boolean {
	return session.expiresAt !== undefined && session.expiresAt <= nowSeconds;
}
