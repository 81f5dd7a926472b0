import type { RequestEvent } from '@sveltejs/kit';
import { type ProblemCode, toProblem } from '../http/problem';
import { bridge, credentialFor } from './bridge';
import type { OwnedSession } from './owned-sessions';

/** Codes that say only that linking failed; the session may tell why. */
const unspecific: ReadonlySet<ProblemCode> = new Set(['reconciliation_failed', 'idv_failed']);

/**
 * Why a session failed: the deployed Bridge says so in its status, the one that is described in `idv/status`. Undefined
 * where neither does, or can't be asked.
 */
export async function whyFailed({ locals }: RequestEvent, owned: OwnedSession): Promise<ProblemCode | undefined> {
	const credential = credentialFor(locals);
	try {
		const { errorCode } = await bridge().readStatus(owned.id, credential);
		return errorCode ?? (await bridge().readIdvStatus(owned.id, credential)).errorCode;
	} catch {
		return undefined;
	}
}

/** What to tell a person of a fault, as closely as the Bridge knows. */
export async function reasonOf(error: unknown, event: RequestEvent, owned: OwnedSession): Promise<ProblemCode> {
	const { code } = toProblem(error);
	return unspecific.has(code) ? ((await whyFailed(event, owned)) ?? code) : code;
}
