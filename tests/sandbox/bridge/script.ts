import type { PersonId } from '../people.ts';
import { scriptNames, type ScriptName, type Scenarios } from '../scenarios.ts';
import type { WalletSession } from './session.ts';
import type { WalletActions } from './wallet-actions.ts';

/** What a phone does automatically, and who holds it. */
export interface Script {
	readonly name: ScriptName;
	readonly person: PersonId;
}

/** The script for a new session: the first in the table that is active. */
export function scriptFor(scenarios: Scenarios): Script | undefined {
	const name = scriptNames.find((candidate) => scenarios.peek(candidate) !== undefined);
	if (name === undefined) return undefined;
	return { name, person: scenarios.use(name)?.person ?? 'known-student' };
}

/** Runs the next step. One step per status read, so that no timer is needed. */
export async function playNextStep(session: WalletSession, wallet: WalletActions): Promise<void> {
	const { script } = session;
	if (script === undefined) return;
	const open = () => wallet.open(session);
	const share = () => wallet.share(session, script.person);
	const decline = () => wallet.decline(session);
	const expire = () => {
		session.expiresAt = 0;
	};
	const steps: Record<ScriptName, (() => unknown)[]> = {
		'wallet-opened': [open],
		'wallet-declined': [open, decline],
		'wallet-shares': [open, share],
		'credential-refused': [open, () => wallet.share(session, 'expired-credential')],
		'session-expired': [expire],
		'answer-twice': [open, share, share],
		'answer-after-expiry': [open, expire, share]
	};
	const step = steps[script.name][session.scriptStep];
	session.scriptStep += 1;
	await step?.();
}
