import { personById, type PersonId } from '../people.ts';
import { scriptNames, type ScriptName, type Scenarios } from '../scenarios.ts';
import type { Presentation } from './presentation.ts';
import type { WalletSession } from './session.ts';

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
export function playNextStep(session: WalletSession, wallet: Presentation): void {
	const { script } = session;
	if (script === undefined) return;
	const open = () => void wallet.open(session);
	const share = (person = script.person) => void wallet.share(session, personById(person), 0);
	const decline = () => void wallet.decline(session);
	const expire = () => {
		session.expiresAt = 0;
	};
	const steps: Record<ScriptName, (() => void)[]> = {
		'wallet-opened': [open],
		'wallet-declined': [open, decline],
		'wallet-shares': [open, share],
		'credential-refused': [open, () => share('expired-credential')],
		'session-expired': [expire],
		'answer-twice': [open, share, share],
		'answer-after-expiry': [open, expire, share]
	};
	steps[script.name][session.scriptStep]?.();
	session.scriptStep += 1;
}
