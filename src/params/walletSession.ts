import type { ParamMatcher } from '@sveltejs/kit';
import { isWalletSessionId } from '$lib/wallet/wallet-session-id';

/** Keeps anything but a wallet session id out of the routes below `/api/wallet/sessions/[id=walletSession]`. */
export const match: ParamMatcher = (param) => isWalletSessionId(param);
