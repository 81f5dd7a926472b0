import type { Handle } from '@sveltejs/kit';
import { config } from '../config';
import { routePath } from '../http/request';
import { refusal } from '../http/endpoint';

const WALLET_ROUTES = /^\/(?:api\/wallet|login\/(?:wallet|identity|continue)|account\/wallets)(?:\/|$)/;

/** If signing in with a wallet is switched off, its pages and API routes do not exist. */
export const signInMethods: Handle = ({ event, resolve }) => {
	const isOff = !config().signInMethods.wallet && WALLET_ROUTES.test(routePath(event) ?? '');
	return isOff ? refusal(event, 'not_found') : resolve(event);
};
