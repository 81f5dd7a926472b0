import { createBridge } from '../../lib/server/bridge/client';
import { fitsQrCode } from '../../lib/ui/qr-svg';
import type { Config } from '../../lib/server/config/parse';
import { toProblem } from '../../lib/server/http/problem';
import { type Finding, good, warning, wrong } from './finding';

const CHECK = 'bridge.session';

/**
 * Creates a wallet session, as the portal does for a browser, and checks what a person would get. It expires by itself.
 * @param token of the service client
 */
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
		const { requestUri } = await createBridge(bridge).createSession(wanted, credential);
		if (!fitsQrCode(requestUri))
			return warning(
				CHECK,
				`The request URI of a wallet session has ${requestUri.length} characters: more than a QR code holds.`,
				'Only a wallet on the same device can open it: let the Auth Bridge pass requests by reference (request_uri).'
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
