import { readFault } from '../../lib/server/bridge/fault-shapes';
import type { Config } from '../../lib/server/config/parse';
import { ask } from './ask';
import { fault, type Finding, ok, warning } from './finding';

/** Asked for a session that nobody has, the Auth Bridge says so in JSON, whatever status it gives that. */
export async function examineBridge({
	bridge,
	service
}: Pick<Config, 'bridge' | 'service'>): Promise<readonly Finding[]> {
	const answer = await ask(statusUrl(bridge.url), { timeoutMs: bridge.timeoutMs });
	const advice = 'Check AUTH_BRIDGE_URL, and that this machine may connect there.';
	if (typeof answer === 'string') return [fault(`The Auth Bridge gives no answer (${answer}).`, advice)];
	const { code, status } = readFault({ ...answer, text: '' });
	// The old shape has a number in the place of a code: `{"code":"404"}`.
	const isOldShape = code === null && answer.json?.code === String(status);
	if (code === 'SESSION_NOT_FOUND' || (isOldShape && status === 404))
		return [ok('The Auth Bridge answers as one does.')];
	if (answer.status === 401 || answer.status === 403)
		return [
			service.bridge
				? ok('The Auth Bridge asks for a credential, and AUTH_BRIDGE_CLIENT_ID names one.')
				: warning('The Auth Bridge asks for a credential.', 'Set AUTH_BRIDGE_CLIENT_ID and AUTH_BRIDGE_CLIENT_SECRET.')
		];
	return [fault(`What answers at AUTH_BRIDGE_URL (status ${answer.status}) does not know wallet sessions.`, advice)];
}

/** The status of a wallet session that does not exist. */
export function statusUrl(base: string): string {
	return `${base.replace(/\/+$/, '')}/auth/oid4vp/sessions/${'0'.repeat(32)}/status`;
}
