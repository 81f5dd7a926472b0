import type { LinkedWallet } from '$lib/wallet/view';
import { audit } from '../audit';
import type { Session } from '../auth/session';
import { Problem } from '../http/problem';
import { logFailure } from '../http/endpoint';
import { institutionNames } from '../sts/institutions';
import { nameForPeople } from '../upstream/lenient';
import { bridge, credentialFor } from './bridge';

/** The signed-in person's linked wallets. Null without a session, or if the list cannot be read. */
export async function linkedWallets(locals: App.Locals): Promise<readonly LinkedWallet[] | null> {
	try {
		return locals.session && (await listWallets(locals, locals.session));
	} catch (error) {
		logFailure('the linked wallets could not be read', { requestId: locals.requestId, error });
		return null;
	}
}

/**
 * One of the signed-in person's linked wallets, and its position in their list, from 1: pages name a wallet by that.
 * @throws {Problem} `not_found` if no wallet of this person has the id, `unauthorized` without a session, or the error of the
 * Auth Bridge
 */
export async function ownWallet(
	locals: App.Locals,
	id: string
): Promise<{ readonly wallet: LinkedWallet; readonly position: number }> {
	if (!locals.session) throw new Problem('unauthorized');
	const wallets = await listWallets(locals, locals.session);
	const index = wallets.findIndex((one) => one.id === id);
	const wallet = wallets[index];
	if (!wallet) throw new Problem('not_found');
	return { wallet, position: index + 1 };
}

/** The linked wallets, with names in the language of the page. */
async function listWallets(locals: App.Locals, { userId }: Session): Promise<readonly LinkedWallet[]> {
	const locale = locals.locale();
	const [bindings, institutionName] = await Promise.all([
		bridge().listBindings(userId, credentialFor(locals)),
		institutionNames(locale)
	]);
	return bindings.map(({ id, providerId: ofProvider, institutionId: ofInstitution, createdAt, lastUsedAt }) => {
		const [providerId, institutionId] = [ofProvider?.[locale] ?? null, ofInstitution?.[locale] ?? null];
		const institution = institutionName(institutionId) ?? nameForPeople(institutionId);
		const times = { createdAt: isoTime(createdAt), lastUsedAt: isoTime(lastUsedAt) };
		return { id, ...times, providerId, institutionId, provider: nameForPeople(providerId), institution };
	});
}

function isoTime(milliseconds: number | null): string | null {
	return milliseconds === null ? null : new Date(milliseconds).toISOString();
}

/**
 * Unlinks one of the signed-in person's wallets. `removeBinding` checks the owner, because the Auth Bridge does not.
 * @throws {Problem} `not_found` if no wallet of this person has the id, `unauthorized` without a session, or the error of the
 * Auth Bridge
 */
export async function unlinkWallet(locals: App.Locals, id: string): Promise<void> {
	if (!locals.session) throw new Problem('unauthorized');
	await bridge().removeBinding(locals.session.userId, id, credentialFor(locals));
	audit('wallet.unlinked', locals.session, locals);
}
