import { interactionPolicy, type Context } from 'oidc-provider';
import type { Accounts } from './accounts.ts';

const walletHint = /^oid4vp:(.+)$/;

/** The wallet session named by a `login_hint`, if it names one. */
export function walletSessionOf(loginHint: unknown): string | undefined {
	return typeof loginHint === 'string' ? walletHint.exec(loginHint)?.[1] : undefined;
}

/**
 * When a person has to sign in. Consent is never requested: the portal and the STS belong to the same organisation. An
 * existing sign-in does not replace one with a wallet or at another institution, nor does a wallet replace one at an
 * institution.
 */
export function createPolicy(accounts: Accounts): interactionPolicy.Policy {
	const policy = interactionPolicy.base();
	policy.remove('consent');
	const login = policy.get('login');
	login?.checks.add(
		new interactionPolicy.Check(
			'wallet_hint',
			'a wallet session was named',
			'login_required',
			(ctx) => fresh(ctx) && walletSessionOf(ctx.oidc.params.login_hint) !== undefined
		)
	);
	login?.checks.add(
		new interactionPolicy.Check('other_institution', 'the institution has to vouch', 'login_required', (ctx) => {
			const account = accounts.find(ctx.oidc.session.accountId ?? '');
			if (!fresh(ctx) || account === undefined) return false;
			const wanted = ctx.oidc.params.provider ?? account.claims.institution_id;
			return account.amr.includes('wallet') || account.claims.institution_id !== wanted;
		})
	);
	return policy;
}

/** The person has not just signed in for this request. */
function fresh(ctx: Context): boolean {
	return ctx.oidc.result?.login === undefined;
}
