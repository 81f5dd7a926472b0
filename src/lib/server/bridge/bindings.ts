import { isProblem, Problem } from '../http/problem';
import type { Binding } from './normalize';
import { assertValid, bindingsPath, type Caller, type Credential, get } from './request';
import { BindingsResponse } from './schemas';

/** Lists the wallets that are linked to a subject, and unlinks one. */
export function createBindings({ ask, exchange }: Caller) {
	/** The result is empty for a subject that the Auth Bridge does not know. */
	async function listBindings(subject: string, credential: Credential): Promise<readonly Binding[]> {
		try {
			const parsed = await ask(BindingsResponse, get('listBindings', bindingsPath(subject), credential));
			return parsed.map((one) => ({ ...one, createdAt: isoTime(one.createdAt), lastUsedAt: isoTime(one.lastUsedAt) }));
		} catch (error) {
			if (isProblem(error, 'not_found', 'no_match')) return [];
			throw error;
		}
	}

	/**
	 * Removes a binding only if it is in the subject's list: the Auth Bridge deletes any binding without checking its owner.
	 * @throws {Problem} `not_found` for a binding of another subject
	 */
	async function removeBinding(subject: string, bindingId: string, credential: Credential): Promise<void> {
		const bindings = await listBindings(subject, credential);
		if (!bindings.some(({ id }) => id === bindingId)) throw new Problem('not_found');
		const segments = bindingsPath(subject, bindingId);
		assertValid(
			'removeBinding',
			await exchange({ operation: 'removeBinding', method: 'DELETE', segments, credential })
		);
	}

	return { listBindings, removeBinding };
}

function isoTime(milliseconds: number | null): string | null {
	return milliseconds === null ? null : new Date(milliseconds).toISOString();
}
