import { isProblem, Problem } from '../http/problem';
import type { Binding } from './answers';
import { assertGood, type Caller, type Credential, get } from './call';
import { bindingsPath } from './paths';
import { BindingsAnswer } from './schemas';

/** The wallets linked to a subject: list them, unlink one. */
export function createBindings({ ask, exchange }: Caller) {
	/** Empty for a subject that the Bridge doesn't know. */
	async function listBindings(subject: string, credential: Credential): Promise<readonly Binding[]> {
		try {
			const said = await ask(BindingsAnswer, get('listBindings', bindingsPath(subject), credential));
			return said.map((one) => ({ ...one, createdAt: isoTime(one.createdAt), lastUsedAt: isoTime(one.lastUsedAt) }));
		} catch (error) {
			if (isProblem(error, 'not_found', 'no_match')) return [];
			throw error;
		}
	}

	/** Only what is in the subject's own list: the Bridge deletes whatever it is asked to, without a look at the owner. */
	async function removeBinding(subject: string, bindingId: string, credential: Credential): Promise<void> {
		const bindings = await listBindings(subject, credential);
		if (!bindings.some(({ id }) => id === bindingId)) throw new Problem('not_found');
		const segments = bindingsPath(subject, bindingId);
		assertGood('removeBinding', await exchange({ operation: 'removeBinding', method: 'DELETE', segments, credential }));
	}

	return { listBindings, removeBinding };
}

function isoTime(milliseconds: number | null): string | null {
	return milliseconds === null ? null : new Date(milliseconds).toISOString();
}
