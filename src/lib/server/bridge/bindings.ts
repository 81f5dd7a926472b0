import { isProblem, Problem } from '../http/problem';
import type { Binding } from './normalize';
import { assertValid, bindingsPath, type Credential, get, type Transport } from './request';
import * as schemas from './schemas';

/** Lists the wallets that are linked to a subject, and unlinks one. */
export function createBindings({ ask, exchange }: Transport) {
	/** The result is empty for a subject that the Auth Bridge does not know. */
	async function listBindings(subject: string, credential: Credential): Promise<readonly Binding[]> {
		try {
			return await ask(schemas.BindingsResponse, get('listBindings', bindingsPath(subject), credential));
		} catch (error) {
			if (isProblem(error, 'not_found', 'no_match')) return [];
			throw error;
		}
	}

	/**
	 * Removes a binding only if it is in the subject's list: the Auth Bridge deletes any binding without checking its owner.
	 * @throws {Problem} `not_found` for a binding that is not in the list, also if another request has just removed it
	 */
	async function removeBinding(subject: string, bindingId: string, credential: Credential): Promise<void> {
		const isListed = async () => (await listBindings(subject, credential)).some(({ id }) => id === bindingId);
		if (!(await isListed())) throw new Problem('not_found');
		const segments = bindingsPath(subject, bindingId);
		const response = await exchange({ operation: 'removeBinding', method: 'DELETE', segments, credential });
		try {
			assertValid('removeBinding', response);
		} catch (error) {
			if (!isProblem(error, 'not_found') || !(await isListed())) throw error;
			throw new Problem('upstream_invalid', { facts: error.facts });
		}
	}

	return { listBindings, removeBinding };
}
