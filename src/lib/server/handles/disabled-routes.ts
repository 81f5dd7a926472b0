import type { Handle } from '@sveltejs/kit';
import { config } from '../config';
import { routePath } from '../http/request';
import { refusal } from '../http/endpoint';

const WALLET_ROUTES = /^\/(?:api\/wallet|login\/(?:wallet|identity|continue)|account\/wallets)(?:\/|$)/;

const ADMIN_ROUTES = /^\/api\/admin(?:\/|$)/;

/**
 * If signing in with a wallet is switched off, its pages and API routes do not exist. Without `ADMIN_CLIENT_IDS`, the
 * administrative routes do not exist.
 */
export const disabledRoutes: Handle = ({ event, resolve }) => {
	const path = routePath(event) ?? '';
	const isOff =
		(!config().signInMethods.wallet && WALLET_ROUTES.test(path)) ||
		(config().adminClientIds.length === 0 && ADMIN_ROUTES.test(path));
	return isOff ? refusal(event, 'not_found') : resolve(event);
};
