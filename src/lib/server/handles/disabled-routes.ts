import { config } from '../config';
import { isWithin, type RoutePath, routePath } from '../http/request';
import { refusal } from '../http/endpoint';
import type { Handle } from './sequence';

const walletRoutes: readonly RoutePath[] = [
	'/api/wallet',
	'/login/wallet',
	'/login/identity',
	'/login/continue',
	'/account/wallets'
];
const adminRoutes: readonly RoutePath[] = ['/api/admin'];

/**
 * If signing in with a wallet is switched off, its pages and API routes do not exist. Without `ADMIN_CLIENT_IDS`, the
 * administrative routes do not exist.
 */
export const disabledRoutes: Handle = ({ event, resolve }) => {
	const path = routePath(event);
	const isOff =
		(!config().signInMethods.wallet && isWithin(path, walletRoutes)) ||
		(config().adminClientIds.length === 0 && isWithin(path, adminRoutes));
	return isOff ? refusal(event, 'not_found') : resolve(event);
};
