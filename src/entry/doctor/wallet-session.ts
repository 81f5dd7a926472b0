import { createBridge } from '../../lib/server/bridge/client';
import type { Config } from '../../lib/server/config/parse';
import { toProblem } from '../../lib/server/http/problem';
import { type Finding, good, wrong } from './finding';

const CHECK = 'bridge.session';

/** Creates a wallet session, as the portal does for a browser. It expires by itself. */
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
		await createBridge(bridge).createSession(wanted, credential);
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
