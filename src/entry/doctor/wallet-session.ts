import { createBridge } from '../../lib/server/bridge/client';
import type { Config } from '../../lib/server/config/parse';
import { toProblem } from '../../lib/server/http/problem';
import { qrDataUri } from '../../lib/server/wallet/qr';
import { type Finding, good, warning, wrong } from './finding';

const CHECK = 'bridge.session';
const MIN_LIFETIME_MS = 30_000;
const MAX_LIFETIME_MS = 15 * 60_000;

/** Creates a wallet session, as the portal does for a browser, and checks what a person would get. It expires by itself. */
export async function examineWalletSession(
	{ bridge, wallet }: Pick<Config, 'bridge' | 'wallet'>,
	token: string | undefined
): Promise<Finding> {
	const authorization = token === undefined ? undefined : `Bearer ${token}`;
	const credential = {
		requestId: crypto.randomUUID(),
		...(authorization && {
			authorization: { current: () => Promise.resolve(authorization), renewed: () => Promise.resolve(null) }
		})
	};
	try {
		const wanted = { queryId: wallet.defaultQueryId };
		const { requestUri, expiresInMs } = await createBridge(bridge).createSession(wanted, credential);
		if (expiresInMs < MIN_LIFETIME_MS || expiresInMs > MAX_LIFETIME_MS)
			return warning(
				CHECK,
				`A new wallet session seems to live ${Math.round(expiresInMs / 1000)} s by the clock of this machine.`,
				'Let the clocks of the Auth Bridge and of this machine follow NTP.'
			);
		if (!fitsQrCode(requestUri))
			return warning(
				CHECK,
				`The request URI of a wallet session has ${requestUri.length} characters: more than a QR code holds.`,
				'People with the wallet on another device can’t scan it: let the Auth Bridge use request_uri by reference.'
			);
		return good(CHECK, 'The Auth Bridge creates wallet sessions that a wallet can open.');
	} catch (error) {
		const { code, facts } = toProblem(error);
		const cause = [code, ...Object.values(facts)].join(', ');
		return wrong(
			CHECK,
			`The Auth Bridge creates no wallet session (${cause}).`,
			'Check WALLET_QUERY_ID, the service client, and the log of the Auth Bridge.'
		);
	}
}

function fitsQrCode(requestUri: string): boolean {
	try {
		return qrDataUri(requestUri) !== '';
	} catch {
		return false;
	}
}
